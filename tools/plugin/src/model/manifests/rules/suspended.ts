import type { KubernetesObject } from '../kubernetes-object.ts';
import { fieldAt, isMap } from '../source/object-fields.ts';
import { isCronJob } from './pod-templates.ts';

/**
 * Leaves a CronJob suspended that somebody has suspended by hand: a release must not begin again what was stopped in an
 * incident. Where its manifest says `suspend` itself, that counts.
 * @param sent is changed. @param live the object as it is in the cluster.
 */
export function keepSuspended(sent: KubernetesObject, live: KubernetesObject | undefined): void {
  const { spec } = sent;
  if (!isCronJob(sent) || !isMap(spec) || spec['suspend'] !== undefined) return;
  if (fieldAt(live, 'spec', 'suspend') === true) spec['suspend'] = true;
}
