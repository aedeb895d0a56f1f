import { describeObject, type KubernetesObject } from '../manifests/kubernetes-object.ts';
import { healthWishOf } from '../manifests/rules/health-wish.ts';
import { patienceOf } from '../manifests/rules/rollout-patience.ts';
import { isOfNow, objectHealth, type ObjectHealth } from './object-health.ts';

/**
 * A rollout's conclusion of an object's health. `waiting`: it may still come. `told`: it has not come in its time, which
 * nothing waits for any longer. `failed`: the release has failed with it; the reason names the object.
 */
export type HealthVerdict =
  | { readonly state: 'healthy' }
  | { readonly state: 'waiting' | 'told'; readonly says: string }
  | { readonly state: 'failed'; readonly reason: string };

/** The state of an object that is waited for, and for how long it has been. */
export interface HealthEvidence {
  /** The object as it is; undefined when it is gone. */
  readonly live: KubernetesObject | undefined;
  /** Events about it. */
  readonly events?: readonly KubernetesObject[];
  readonly elapsedMs: number;
}

/** Returns the milliseconds for which an object's health is waited for. @param usualMs the environment's. */
export function healthGraceOf(object: KubernetesObject, usualMs: number): number {
  return patienceOf(object).graceMs ?? usualMs;
}

/** Judges an object of a release by what is known of it. @param graceMs how long it may be on its way. */
export function healthVerdict(
  object: KubernetesObject,
  { live, events, elapsedMs }: HealthEvidence,
  graceMs: number,
): HealthVerdict {
  const health: ObjectHealth = live
    ? objectHealth(live, events)
    : { state: 'waiting', says: 'It is not there any more.' };
  if (health.state === 'healthy') return health;
  const reason = `${describeObject(object)} is not healthy: ${health.says}`;
  const isOver = elapsedMs >= graceMs;
  if (health.state === 'failed' && (isOver || (live && isOfNow(live)))) return { state: 'failed', reason };
  if (!isOver) return { state: 'waiting', says: health.says };
  return healthWishOf(object) === 'required' ? { state: 'failed', reason } : { state: 'told', says: health.says };
}
