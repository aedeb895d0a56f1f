import { createHash } from 'node:crypto';
import type { KubernetesObject } from './kubernetes-object.ts';
import { annotation } from '../product/wire-names.ts';
import { fieldAt, isMap, listAt } from './source/object-fields.ts';
import { containersOf, podTemplateOf } from './rules/pod-templates.ts';
import type { Manifest } from './source/manifest.ts';

/**
 * Makes the content of each ConfigMap part of its name, also where it is referred to: old pods that start again in the
 * middle of a rollout still find what they were made for, and a changed ConfigMap makes new pods.
 */
export function nameConfigMapsByContent(manifests: readonly Manifest[]): Manifest[] {
  const names = new Map<string, string>();
  for (const { object } of manifests) {
    if (object.apiVersion !== 'v1' || object.kind !== 'ConfigMap') continue;
    if (object.metadata.annotations?.[annotation.keepName] === 'true') continue;
    names.set(object.metadata.name, `${object.metadata.name}-${hashOf(object)}`);
  }
  return manifests.map(({ object, source }) => {
    const copy = structuredClone(object);
    if (copy.apiVersion === 'v1' && copy.kind === 'ConfigMap')
      copy.metadata.name = names.get(copy.metadata.name) ?? copy.metadata.name;
    for (const reference of referencesIn(copy)) {
      const name = names.get(String(reference['name']));
      if (name !== undefined) reference['name'] = name;
    }
    return { object: copy, source };
  });
}

/** The name that an object was written with: of a ConfigMap without the hash of its content. */
export function writtenName({ kind, metadata }: Pick<KubernetesObject, 'kind' | 'metadata'>): string {
  return (kind === 'ConfigMap' ? /^(.+)-[0-9a-f]{10}$/.exec(metadata.name)?.[1] : undefined) ?? metadata.name;
}

/** The same objects as they were written: ConfigMaps, and what refers to them, without hashes in their names. */
export function withWrittenNames(objects: readonly KubernetesObject[]): KubernetesObject[] {
  const isHashed = ({ kind, metadata }: KubernetesObject) =>
    kind === 'ConfigMap' && metadata.annotations?.[annotation.keepName] !== 'true';
  const names = new Map(objects.filter(isHashed).map((object) => [object.metadata.name, writtenName(object)]));
  return objects.map((object) => {
    const copy = structuredClone(object);
    if (isHashed(copy)) copy.metadata.name = writtenName(copy);
    for (const reference of referencesIn(copy)) {
      const name = names.get(String(reference['name']));
      if (name !== undefined) reference['name'] = name;
    }
    return copy;
  });
}

function hashOf(object: KubernetesObject): string {
  const content = JSON.stringify([sorted(object['data']), sorted(object['binaryData'])]);
  return createHash('sha256').update(content).digest('hex').slice(0, 10);
}

function sorted(map: unknown): unknown {
  return isMap(map) ? Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)) : null;
}

/** The places in an object that name a ConfigMap. */
function referencesIn(object: KubernetesObject): Record<string, unknown>[] {
  const volumes = listAt(podTemplateOf(object), 'spec', 'volumes');
  const containers = containersOf(object);
  return [
    ...volumes.map((volume) => volume['configMap']),
    ...volumes.flatMap((volume) => listAt(volume, 'projected', 'sources').map((source) => source['configMap'])),
    ...containers.flatMap((container) => listAt(container, 'envFrom').map((source) => source['configMapRef'])),
    ...containers.flatMap((container) =>
      listAt(container, 'env').map((variable) => fieldAt(variable, 'valueFrom', 'configMapKeyRef')),
    ),
  ].filter(isMap);
}
