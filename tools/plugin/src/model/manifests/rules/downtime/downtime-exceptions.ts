import { Refusal } from '../../../errors/product-error.ts';
import { describeObject, type KubernetesObject } from '../../kubernetes-object.ts';
import { annotation } from '../../../product/wire-names.ts';
import { fieldAt } from '../../source/object-fields.ts';
import type { Manifest } from '../../source/manifest.ts';
import type { FieldPath } from '../../source/manifest-source.ts';
import { isRollout, podTemplateOf } from '../pod-templates.ts';

/** Characters of a reason: it is repeated in logs, and kept in each record. */
const longestReason = 300;

/** A workload that may fail requests while it is deployed, because its manifest says why, or it was gone back to. */
export interface DowntimeException {
  /** `StatefulSet orders-store`. */
  readonly object: string;
  /** As its manifest says; else that a rollback is not held up. */
  readonly reason: string;
  /** Fields that break the rules: `spec.replicas`. */
  readonly lifted: readonly string[];
}

/** Returns `StatefulSet orders-store may fail requests while it is deployed (spec.replicas): One pod, for …`. */
export function describeException({ object, reason, lifted }: DowntimeException): string {
  return `${object} may fail requests while it is deployed (${lifted.join('; ')}): ${reason}`;
}

/** Returns why a workload may fail requests, in one line; undefined where it may not, or no reason can be read. */
export function acceptedDowntime({ metadata }: KubernetesObject): string | undefined {
  const text = metadata.annotations?.[annotation.allowDowntime];
  const line = text?.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line !== undefined && isReason(line) ? line : undefined;
}

/** Reports whether a text is one that somebody who reviews it can agree to, and not just `"true"`. */
export function isReason(line: string): boolean {
  return /\S\s\S/.test(line) && line.length <= longestReason;
}

/** @throws {Refusal} naming file and object of an exception without a reason, or where it would mean nothing. */
export function refuseBadExceptions(manifests: readonly Manifest[]): void {
  const mistakes = manifests.flatMap(({ object, source }) =>
    placesOf(object).flatMap(({ path, text }) => {
      const mistake = mistakeIn(object, path, text);
      return mistake === undefined ? [] : [`${source.at(path)}: ${describeObject(object)} ${mistake}`];
    }),
  );
  if (mistakes.length === 0) return;
  throw new Refusal({
    type: 'bad-manifest',
    doing: 'read the Kubernetes manifests',
    reason: mistakes.length === 1 ? mistakes[0]! : `${mistakes.length} exceptions to the rules cannot be taken.`,
    remedy: `Write why requests may fail, for those who review it: ${annotation.allowDowntime}: One pod, for its volume can be mounted once.`,
    ...(mistakes.length === 1 ? {} : { evidence: mistakes }),
  });
}

/** Where an object's manifest may have the annotation. */
function placesOf(object: KubernetesObject): { readonly path: FieldPath; readonly text: unknown }[] {
  const paths = [['metadata'], ['spec', 'template', 'metadata'], ['spec', 'jobTemplate', 'metadata']];
  return paths.flatMap((at) => {
    const path = [...at, 'annotations', annotation.allowDowntime];
    const text = fieldAt(object, ...path);
    return text === undefined ? [] : [{ path, text }];
  });
}

function mistakeIn(object: KubernetesObject, path: FieldPath, text: unknown): string | undefined {
  const { allowDowntime } = annotation;
  if (!isRollout(object))
    return `has ${allowDowntime}, which lifts rules of Deployments, StatefulSets and DaemonSets${podTemplateOf(object) ? ': it has none to lift' : ''}.`;
  if (path.length > 3)
    return `has ${allowDowntime} on its pods: it belongs into metadata.annotations of the ${object.kind}.`;
  if (typeof text === 'string' && text.trim().length > longestReason)
    return `has ${allowDowntime} with ${text.trim().length} characters: a reason has ${longestReason} at most.`;
  if (acceptedDowntime(object) !== undefined) return undefined;
  return `has ${allowDowntime}: ${JSON.stringify(text).slice(0, 80)}, which says not why.`;
}
