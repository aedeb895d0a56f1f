import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { writtenName } from '../manifests/config-map-names.ts';
import { annotation, label } from '../product/wire-names.ts';
import { containersOf } from '../manifests/rules/pod-templates.ts';
import { fieldAt, isMap } from '../manifests/source/object-fields.ts';

/**
 * Returns the changes besides the image when one set of a service's manifests replaces another.
 * @returns `ConfigMap orders`, `Deployment orders (beyond its image)`; a ConfigMap by the name that it was written with.
 */
export function changesBesidesImage(
  service: string,
  now: readonly KubernetesObject[],
  then: readonly KubernetesObject[],
): string[] {
  const [before, after] = [written(service, now), written(service, then)];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    if (was === is) return [];
    if (was === undefined) return [`${name} (comes back)`];
    if (is === undefined) return [`${name} (goes)`];
    return [/^(Deployment|StatefulSet|DaemonSet|CronJob) /.test(name) ? `${name} (beyond its image)` : name];
  });
}

/** Objects as text by kind and name, without what every release changes. */
function written(service: string, objects: readonly KubernetesObject[]): Map<string, string> {
  // The content of a ConfigMap is part of its name; the hash at the name's end is no difference by itself.
  const hashed = objects.flatMap((object) => {
    const name = writtenName(object);
    return name === object.metadata.name ? [] : [[object.metadata.name, name] as const];
  });
  return new Map(
    objects.map((object) => {
      const copy = structuredClone(object);
      delete copy.metadata.labels?.[label.version];
      for (const annotations of [
        copy.metadata.annotations,
        fieldAt(copy, 'spec', 'jobTemplate', 'metadata', 'annotations'),
      ])
        if (isMap(annotations)) for (const key of Object.values(annotation)) delete annotations[key];
      for (const container of containersOf(copy)) if (container['name'] === service) delete container['image'];
      let text = JSON.stringify(copy);
      for (const [name, base] of hashed) text = text.replaceAll(`"${name}"`, `"${base}"`);
      return [`${object.kind} ${writtenName(object)}`, text];
    }),
  );
}
