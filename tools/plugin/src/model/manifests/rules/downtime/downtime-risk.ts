import type { KubernetesObject } from '../../kubernetes-object.ts';
import type { FieldPath } from '../../source/manifest-source.ts';

/** One reason why requests could fail while pods are replaced. */
export interface DowntimeRisk {
  /** `refuse`: a rollout or a node's drain will lose requests. `warn`: it may, in time. */
  readonly severity: 'refuse' | 'warn';
  /** `Deployment orders`. */
  readonly object: string;
  /** `spec.replicas`. */
  readonly field: string;
  /** A sentence: what is there, and what should be. */
  readonly reason: string;
  /** The whole of it in a line, with the file where that is known. */
  readonly line: string;
  /** Kind of the loss: `work` of pods that no Service sends requests to. */
  readonly stake: 'requests' | 'work';
  /** Why it is accepted, where the workload's manifest says so. */
  readonly accepted?: string;
}

/** Where a risk is written: a field of the workload, or of another object. */
export interface Place {
  readonly object?: KubernetesObject;
  readonly path: FieldPath;
}

/** Notes a risk that was found. */
export type Note = (severity: DowntimeRisk['severity'], field: string, reason: string, place: Place) => void;
