import { randomUUID } from 'node:crypto';
import type { Actor } from '../../../model/release/actor.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { Failure } from '../../../model/errors/product-error.ts';
import type { ServiceLock } from '../../../ports/cluster.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { KubernetesApi } from '../client/api.ts';
import type { NamespaceApi } from '../client/namespace-client.ts';
import { collectionPath } from '../client/resources.ts';

/** Seconds after which a holder who does not renew is taken for dead. */
const leaseSeconds = 15;
/** Milliseconds between renewals. */
const renewEvery = 4000;
/** Milliseconds without a renewal after which a holder must stop, well before another may take over. */
const giveUpAfter = 12_000;

interface Lease extends KubernetesObject {
  spec?: {
    holderIdentity?: string | null;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/** Returns the name of the Lease that is the write lock of a service. */
export function leaseName(service: string): string {
  return `poc-${service}`;
}

/**
 * Takes the one write lock of a service: the Lease `poc-<service>`. Whether a holder lives is judged by our own clock
 * since we last saw it renew, as Kubernetes' own leader election does, because clocks of machines differ.
 */
export async function acquireLease(
  { api, namespace, signal }: NamespaceApi & { readonly signal?: AbortSignal },
  service: string,
  holder: Actor,
  onWait: (heldBy: string) => void,
): Promise<ServiceLock> {
  const identity = `${holder.person} (${holder.run}) ${randomUUID()}`;
  const place = {
    api,
    collection: collectionPath('coordination.k8s.io/v1', 'leases', namespace),
    name: leaseName(service),
  };
  try {
    return new HeldLease(
      place,
      identity,
      await takeWhenFree({ ...place, api: api.readingUntil(signal) }, identity, onWait),
    );
  } catch (error) {
    throw explainApiError(error, `lock ${service}`, api);
  }
}

interface LeasePlace {
  readonly api: KubernetesApi;
  readonly collection: string;
  readonly name: string;
}

async function takeWhenFree(place: LeasePlace, identity: string, onWait: (heldBy: string) => void): Promise<Lease> {
  const path = `${place.collection}/${place.name}`;
  let told: string | undefined;
  for (;;) {
    const lease = await place.api.get<Lease>(path);
    const other = lease?.spec?.holderIdentity;
    if (!lease || !other || other === identity || isLongDead(lease)) {
      const taken = await tryTake(place, identity, lease);
      if (taken) return taken;
      continue;
    }
    if (told !== other) onWait(nameOf(other));
    told = other;
    const silent = await silenceOf(place, lease);
    if (!silent) continue;
    const taken = await tryTake(place, identity, silent);
    if (taken) return taken;
  }
}

/** `ada (https://ci.example/1)` of an identity. */
function nameOf(identity: string): string {
  return identity.replace(/ [0-9a-f-]{36}$/, '');
}

/** So long that no difference of clocks explains it. */
function isLongDead({ spec }: Lease): boolean {
  const renewed = Date.parse(spec?.renewTime ?? '');
  return !Number.isNaN(renewed) && Date.now() - renewed > 10 * leaseSeconds * 1000;
}

/** @returns the lease, or undefined when somebody else was faster. */
async function tryTake(place: LeasePlace, identity: string, lease: Lease | undefined): Promise<Lease | undefined> {
  const now = microTime();
  const spec = {
    holderIdentity: identity,
    leaseDurationSeconds: leaseSeconds,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: (lease?.spec?.leaseTransitions ?? 0) + 1,
  };
  const { api, collection, name } = place;
  try {
    if (lease) return (await api.send('PUT', `${collection}/${name}`, { body: { ...lease, spec } })) as Lease;
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec };
    return (await api.send('POST', collection, { body, repeatable: true })) as Lease;
  } catch (error) {
    // It was created, changed or deleted since it was read; or it is ours already, and only the answer was lost.
    if (error instanceof ApiError && (error.code === 409 || error.code === 404)) return undefined;
    throw error;
  }
}

/**
 * Watches a lease until it changes hands or its holder falls silent.
 * @returns the lease of a silent holder, or undefined when it must be looked at anew.
 */
async function silenceOf({ api, collection, name }: LeasePlace, lease: Lease): Promise<Lease | undefined> {
  const ended = new AbortController();
  let last = lease;
  let silent = false;
  const patience = Math.max(1, lease.spec?.leaseDurationSeconds ?? leaseSeconds) * 1000;
  const expire = () => {
    silent = true;
    ended.abort();
  };
  let timer = setTimeout(expire, patience);
  const query = { fieldSelector: `metadata.name=${name}`, resourceVersion: String(lease.metadata['resourceVersion']) };
  try {
    for (let version = query.resourceVersion; !ended.signal.aborted;) {
      for await (const event of api.watch(collection, { ...query, resourceVersion: version }, ended.signal)) {
        version = String(event.object.metadata['resourceVersion'] ?? version);
        if (event.type === 'BOOKMARK') continue;
        const now = event.object as Lease;
        if (event.type === 'DELETED' || now.spec?.holderIdentity !== lease.spec?.holderIdentity) return undefined;
        last = now;
        clearTimeout(timer);
        timer = setTimeout(expire, patience);
      }
    }
  } catch (error) {
    if (!silent && error instanceof ApiError && error.code !== 410) throw error;
    // A watch that broke: look at the lease anew. The next look begins to count from there, which only waits longer.
    if (!silent) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      return undefined;
    }
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
  return silent ? last : undefined;
}

/** A lock that is renewed until it is released, or lost. */
class HeldLease implements ServiceLock {
  private readonly place: LeasePlace;
  private readonly identity: string;
  private readonly loss = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private lease: Lease;
  private renewedAt = Date.now();
  private work: Promise<void> = Promise.resolve();
  private released = false;

  constructor(place: LeasePlace, identity: string, lease: Lease) {
    this.place = place;
    this.identity = identity;
    this.lease = lease;
    this.timer = setInterval(() => (this.work = this.work.then(() => this.renew())), renewEvery);
    // A forgotten lock must not keep the process alive; it expires by itself.
    this.timer.unref();
  }

  get lost(): AbortSignal {
    return this.loss.signal;
  }

  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    clearInterval(this.timer);
    await this.work;
    if (this.loss.signal.aborted) return;
    try {
      await this.write({ ...this.lease.spec, holderIdentity: null });
    } catch (error) {
      // It was taken over just now, or cannot be reached: then it expires.
      if (!(error instanceof ApiError)) return;
    }
  }

  private async renew(): Promise<void> {
    if (this.released || this.loss.signal.aborted) return;
    try {
      await this.write({ ...this.lease.spec, renewTime: microTime() });
      this.renewedAt = Date.now();
    } catch (error) {
      if (error instanceof ApiError && error.code === 409 && (await this.isStillOurs())) return;
      const gone = error instanceof ApiError && (error.code === 409 || error.code === 404);
      if (gone || Date.now() - this.renewedAt > giveUpAfter) this.lose(gone);
    }
  }

  /** Somebody touched the lease without taking it: an annotation, say. */
  private async isStillOurs(): Promise<boolean> {
    const lease = await this.place.api.get<Lease>(this.path).catch(() => undefined);
    if (lease?.spec?.holderIdentity !== this.identity) return false;
    this.lease = lease;
    return true;
  }

  private async write(spec: Lease['spec']): Promise<void> {
    const signal = AbortSignal.timeout(renewEvery);
    this.lease = (await this.place.api.send('PUT', this.path, { body: { ...this.lease, spec }, signal })) as Lease;
  }

  private lose(taken: boolean): void {
    clearInterval(this.timer);
    this.loss.abort(
      new Failure({
        type: 'lock-lost',
        doing: `keep the lock ${this.place.name}`,
        reason: taken
          ? 'Another deployment took it over, because it was not renewed in time.'
          : 'The cluster did not answer in time to renew it, and another deployment may take it over.',
        remedy: 'Run the same command again; it waits for the other deployment and continues from its result.',
      }),
    );
  }

  private get path(): string {
    return `${this.place.collection}/${this.place.name}`;
  }
}

/** Kubernetes' `MicroTime`. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
