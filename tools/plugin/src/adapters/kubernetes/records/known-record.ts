import type { DeploymentOutcome } from '../../../model/deploy/deployment-record.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { newestMark, note } from '../../../model/product/wire-names.ts';

/** The content of a record's metadata. */
export interface KnownRecord {
  readonly name: string;
  /** The cluster's id of it. */
  readonly id: string | undefined;
  readonly sequence: number;
  readonly outcome: DeploymentOutcome;
  readonly kinds: readonly string[];
  /** True when it has the mark of the newest. */
  readonly isMarked: boolean;
}

/** Returns the cluster's id of a record. */
export function idOf({ metadata }: Pick<KubernetesObject, 'metadata'>): string | undefined {
  const { uid } = metadata;
  return typeof uid === 'string' ? uid : undefined;
}

/** Returns what a record's metadata says. */
export function knownRecord({ metadata }: Pick<KubernetesObject, 'metadata'>): KnownRecord {
  const { name, annotations = {}, labels = {} } = metadata;
  return {
    name,
    id: idOf({ metadata }),
    isMarked: labels[newestMark] === 'true',
    sequence: Number(annotations[note.sequence]),
    outcome: (annotations[note.outcome] ?? 'running') as DeploymentOutcome,
    kinds: (annotations[note.kinds] ?? '').split(' ').filter((kind) => kind !== ''),
  };
}
