import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../../../model/errors/product-error.ts';
import type { ServiceLock } from '../../../ports/cluster.ts';
import { ApiError } from '../client/api-error.ts';
import type { WriteFence } from '../client/api.ts';
import {
  holderName,
  leasePath,
  leaseSeconds,
  renewalTime,
  type AcquiredLease,
  type Lease,
  type LeasePlace,
} from './lease-object.ts';
import { mostBetween, type Moment } from './moment.ts';

/** Milliseconds between renewals. */
const renewEvery = 3000;
/** Milliseconds since the last renewal after which a write renews first: a webhook may take 10 s of what is left. */
const freshFor = renewEvery;
/** Milliseconds since the last renewal until which a write may be under way: a second less than others wait. */
const certainFor = leaseSeconds * 1000 - 1000;
/**
 * Milliseconds for which renewals may fail, one after the other, until the lock counts as lost although nobody was seen to
 * take it: an API server that is started anew is away for less. Nothing is written meanwhile.
 */
const usualGiveUpAfter = 45_000;
/** Milliseconds between two renewals that a write waits for. */
const retryPause = 500;
/** How often a lease that others write to at the same moment is read again. */
const attempts = 5;

/**
 * A lock that is renewed until it is released, or lost. As a fence, it lets a write through only while no one else can have
 * taken the lock: who was suspended or cut off for longer than a renewal asks the server first, by renewing.
 */
export class HeldLease implements ServiceLock, WriteFence {
  private readonly place: LeasePlace;
  private readonly identity: string;
  private readonly loss = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private lease: Lease;
  /** When the renewal that succeeded last was sent. */
  private renewedAt: Moment;
  private renewal: Promise<void> | undefined;
  /** When the first of the renewals began that failed one after the other, by the monotonic clock. */
  private failingSince: number | undefined;
  private released = false;

  constructor(place: LeasePlace, { identity, lease, at }: AcquiredLease) {
    this.place = place;
    this.identity = identity;
    this.lease = lease;
    this.renewedAt = at;
    this.timer = setInterval(() => void this.renew(), renewEvery);
    // A forgotten lock must not keep the process alive; it expires by itself.
    this.timer.unref();
  }

  get lost(): AbortSignal {
    return this.loss.signal;
  }

  async hold(): Promise<number> {
    // A renewal that was under way when the process was suspended is an old one when it ends; and a server that is away
    // for longer than the lock lasts gave it to nobody else meanwhile.
    for (let tries = 0; !this.hasEnded && this.age > (tries < 2 ? freshFor : certainFor - retryPause); tries++) {
      if (tries >= 2) await pause(retryPause);
      await this.renew();
    }
    this.loss.signal.throwIfAborted();
    if (this.released) throw this.lossOf('It was released already.');
    return Math.max(1, certainFor - this.age);
  }

  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    clearInterval(this.timer);
    await this.renewal;
    if (this.loss.signal.aborted) return;
    // Where the cluster cannot be reached it expires. Until then, an API server that comes back is told: whoever is next
    // need not wait.
    while (!(await this.writeRelease()) && this.age < certainFor) await pause(retryPause);
  }

  /** @returns false when the cluster did not take it. */
  private async writeRelease(): Promise<boolean> {
    try {
      await this.write((spec) => ({ ...spec, holderIdentity: null }));
      return true;
    } catch {
      return false;
    }
  }

  /** Renews it, once for all who ask at the same moment. Never throws. */
  private renew(): Promise<void> {
    this.renewal ??= this.renewOnce().finally(() => (this.renewal = undefined));
    return this.renewal;
  }

  private async renewOnce(): Promise<void> {
    if (this.hasEnded) return;
    const begun = this.place.now();
    try {
      const written = await this.write((spec) => ({ ...spec, renewTime: renewalTime({ spec }) }));
      if (written.state === 'gone') return this.lose(written.why);
      this.renewedAt = written.at;
      this.failingSince = undefined;
    } catch {
      const now = this.place.now();
      // One that the process was suspended in says nothing about the server.
      if (mostBetween(begun, now) > 2 * renewEvery) return void (this.failingSince = undefined);
      this.failingSince ??= begun.monotonic;
      const { giveUpAfter = usualGiveUpAfter } = this.place;
      if (this.age > certainFor && now.monotonic - this.failingSince > giveUpAfter) this.lose(notRenewed);
    }
  }

  /** Writes the lease while it is ours, also when somebody touched it without taking it: with an annotation, say. */
  private async write(change: (spec: Lease['spec']) => Lease['spec']): Promise<WrittenLease> {
    const { api } = this.place;
    const path = leasePath(this.place);
    for (let attempt = 1; ; attempt++) {
      const at = this.place.now();
      const signal = AbortSignal.timeout(renewEvery);
      try {
        const body = { ...this.lease, spec: change(this.lease.spec) };
        this.lease = (await api.send('PUT', path, { body, signal })) as Lease;
        return { state: 'written', at };
      } catch (error) {
        if (!(error instanceof ApiError && (error.code === 409 || error.code === 404))) throw error;
        // Where it is ours still, it was touched, or it was written and only the answer was lost.
        const found = (await api.send('GET', path, { signal }).catch(undefinedWhenMissing)) as Lease | undefined;
        const holder = found?.spec?.holderIdentity ?? undefined;
        if (!found || holder !== this.identity) return { state: 'gone', why: found ? takenBy(holder) : deleted };
        if (attempt === attempts) throw error;
        this.lease = found;
      }
    }
  }

  /** Milliseconds since the last renewal, at most. */
  private get age(): number {
    return mostBetween(this.renewedAt, this.place.now());
  }

  private get hasEnded(): boolean {
    return this.released || this.loss.signal.aborted;
  }

  private lose(reason: string): void {
    if (this.loss.signal.aborted) return;
    clearInterval(this.timer);
    this.loss.abort(this.lossOf(reason));
  }

  private lossOf(reason: string): Failure {
    return new Failure({
      type: 'lock-lost',
      doing: `keep the lock ${this.place.name}`,
      reason,
      remedy: 'Run the same command again; it waits for the other deployment and continues from its result.',
    });
  }
}

/** `gone`: somebody else has it, or nobody any more. */
type WrittenLease =
  | {
      readonly state: 'written';
      /** When it was sent. */
      readonly at: Moment;
    }
  | { readonly state: 'gone'; readonly why: string };

const because = 'because it was not renewed in time (the cluster did not answer, or this process was suspended)';
const notRenewed =
  'It could not be renewed in time (the cluster did not answer, or this process was suspended), and another deployment may take it over.';
const deleted = 'Its Lease was deleted, and another deployment may take it over.';

/** @param identity of the holder; undefined when it has released the lock since. */
function takenBy(identity: string | undefined): string {
  return identity === undefined
    ? `Another deployment took it over, ${because}, and has ended since.`
    : `${holderName(identity)} took it over, ${because}.`;
}

function undefinedWhenMissing(error: unknown): undefined {
  if (!(error instanceof ApiError && error.code === 404)) throw error;
}
