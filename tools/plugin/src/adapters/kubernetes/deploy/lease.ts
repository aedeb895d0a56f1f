import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Actor } from '../../../model/release/actor.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { NamespaceApi } from '../client/namespace-client.ts';
import { collectionPath } from '../client/resources.ts';
import { HeldLease } from './held-lease.ts';
import {
  holderName,
  leasePath,
  leaseSeconds,
  takingTime,
  type AcquiredLease,
  type Lease,
  type LeasePlace,
} from './lease-object.ts';
import { momentNow, type Moment } from './moment.ts';
import { objectName } from '../../../model/product/wire-names.ts';

/** Milliseconds between two looks at a lease that may not be watched. */
const pollEvery = 1000;
/** Milliseconds until a lease is looked at again whose watch broke. */
const retryPause = 250;

/** Returns the name of the Lease that is the write lock of a service. */
export function leaseName(service: string): string {
  return `${objectName.ownPrefix}${service}`;
}

/**
 * Takes the one write lock of a service: the Lease `poc-<service>`. Whether a holder lives is judged by our own clock
 * since we last saw it renew, as Kubernetes' own leader election does, because clocks of machines differ.
 */
export async function acquireLease(
  {
    api,
    namespace,
    signal,
    now = momentNow,
    giveUpAfter,
  }: NamespaceApi & { readonly signal?: AbortSignal; readonly now?: () => Moment; readonly giveUpAfter?: number },
  service: string,
  holder: Actor,
  onWait: (heldBy: string) => void,
): Promise<HeldLease> {
  const identity = `${holder.person} (${holder.run}) ${randomUUID()}`;
  const collection = collectionPath('coordination.k8s.io/v1', 'leases', namespace);
  const place = {
    api,
    collection,
    name: leaseName(service),
    now,
    ...(giveUpAfter === undefined ? {} : { giveUpAfter }),
  };
  try {
    const reading = { ...place, api: api.readingUntil(signal) };
    return new HeldLease(place, await takeWhenFree(reading, identity, onWait));
  } catch (error) {
    throw explainApiError(error, `lock ${service}`, api);
  }
}

async function takeWhenFree(
  place: LeasePlace,
  identity: string,
  onWait: (heldBy: string) => void,
): Promise<AcquiredLease> {
  const waiting = new LeaseWait(place);
  let told: string | undefined;
  for (;;) {
    const lease = await place.api.get<Lease>(leasePath(place));
    const other = lease?.spec?.holderIdentity;
    const silentIn = lease && other && other !== identity ? waiting.silentIn(lease) : 0;
    if (silentIn <= 0) {
      const taken = await tryTake(place, identity, lease);
      if (taken) return taken;
    } else if (lease && other) {
      if (told !== other) onWait(holderName(other));
      told = other;
      await waiting.untilChanged(lease, silentIn);
    }
  }
}

/** @returns undefined when somebody else was faster. */
async function tryTake(
  { api, collection, name, now }: LeasePlace,
  identity: string,
  lease: Lease | undefined,
): Promise<AcquiredLease | undefined> {
  const time = takingTime(lease);
  const spec = {
    holderIdentity: identity,
    leaseDurationSeconds: leaseSeconds,
    acquireTime: time,
    renewTime: time,
    leaseTransitions: (lease?.spec?.leaseTransitions ?? 0) + 1,
  };
  const at = now();
  try {
    const taken = lease
      ? // With the version that was looked at: a holder who renews meanwhile keeps it.
        await api.send('PUT', leasePath({ collection, name }), { body: { ...lease, spec } })
      : await api.send('POST', collection, {
          body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec },
          repeatable: true,
        });
    return { identity, lease: taken as Lease, at };
  } catch (error) {
    // It was created, changed or deleted since it was read; or it is ours already, and only the answer was lost.
    if (error instanceof ApiError && (error.code === 409 || error.code === 404)) return undefined;
    throw error;
  }
}

/** The wait for a lease that somebody else holds. */
class LeaseWait {
  private readonly place: LeasePlace;
  /** The holder and its last renewal. */
  private seen: string | undefined;
  /** When that was seen first, by the monotonic clock: one that stands still in a suspension only waits longer. */
  private seenAt = 0;
  private mayWatch = true;

  constructor(place: LeasePlace) {
    this.place = place;
  }

  /** Returns the milliseconds after which the holder will have been silent for the time of its lease. */
  silentIn({ spec }: Lease): number {
    // Not its version: somebody may annotate the lease of a holder who is dead.
    const renewal = JSON.stringify([spec?.holderIdentity, spec?.renewTime, spec?.leaseTransitions]);
    if (renewal !== this.seen) this.seenAt = performance.now();
    this.seen = renewal;
    const patience = Math.max(1, spec?.leaseDurationSeconds ?? leaseSeconds) * 1000;
    return this.seenAt + patience - performance.now();
  }

  /** Waits until a lease was changed, or may have been, for some milliseconds at most. */
  async untilChanged(lease: Lease, atMost: number): Promise<void> {
    if (!this.mayWatch) return pause(Math.min(pollEvery, atMost));
    const { api, collection, name } = this.place;
    const resourceVersion = String(lease.metadata['resourceVersion']);
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), atMost);
    try {
      const query = { fieldSelector: `metadata.name=${name}`, resourceVersion };
      for await (const { type } of api.watch(collection, query, over.signal)) if (type !== 'BOOKMARK') return;
    } catch (error) {
      if (over.signal.aborted) return;
      // Roles of earlier versions lack this right.
      if (error instanceof ApiError && error.code === 403) this.mayWatch = false;
      else await pause(retryPause);
    } finally {
      clearTimeout(timer);
      over.abort();
    }
  }
}
