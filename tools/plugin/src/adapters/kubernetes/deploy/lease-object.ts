import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { KubernetesApi } from '../client/api.ts';
import type { Moment } from './moment.ts';

/** Seconds without a renewal after which a holder is taken for dead. */
export const leaseSeconds = 15;

/** A `Lease` of the API group coordination.k8s.io. */
export interface Lease extends KubernetesObject {
  spec?: {
    holderIdentity?: string | null;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/** Where a lease is, and the clocks of whoever looks at it. */
export interface LeasePlace {
  readonly api: KubernetesApi;
  readonly collection: string;
  readonly name: string;
  /** Milliseconds for which renewals may fail until a lock counts as lost, where that is not as usual. */
  readonly giveUpAfter?: number;
  now(): Moment;
}

/** A lease that was just taken. */
export interface AcquiredLease {
  /** Of the holder, unlike any other's. */
  readonly identity: string;
  readonly lease: Lease;
  /** When the request that took it was sent. */
  readonly at: Moment;
}

/** Returns the path of a lease. */
export function leasePath({ collection, name }: Pick<LeasePlace, 'collection' | 'name'>): string {
  return `${collection}/${name}`;
}

/** Returns `ada (https://ci.example/1)` of an identity. */
export function holderName(identity: string): string {
  return identity.replace(/ [0-9a-f-]{36}$/, '');
}

/** Kubernetes' `MicroTime`. */
function microTime(time: number): string {
  return new Date(time).toISOString().replace('Z', '000Z');
}

/**
 * The time at which a lease is renewed: now, but later than its last renewal, also by a clock that is behind the former
 * holder's. Times of a lease go forward, so that a policy of the cluster can hold it (`Infrastructure/kubernetes/locks.yaml`).
 */
export function renewalTime({ spec }: Pick<Lease, 'spec'> = {}): string {
  return microTime(Math.max(Date.now(), lastRenewal(spec) + 1));
}

/** The time at which a lease is taken: now, but after the time of its last holder, who was silent for that long. */
export function takingTime({ spec }: Pick<Lease, 'spec'> = {}): string {
  const held = spec?.holderIdentity ? (spec.leaseDurationSeconds ?? leaseSeconds) * 1000 : 0;
  return microTime(Math.max(Date.now(), lastRenewal(spec) + held + 1));
}

/** Milliseconds since 1970; 0 for a lease that says none. */
function lastRenewal(spec: Lease['spec']): number {
  return Date.parse(spec?.renewTime ?? '') || 0;
}
