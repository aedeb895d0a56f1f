import { setTimeout as pause } from 'node:timers/promises';
import { ProductError } from '../../../../model/errors/product-error.ts';
import { describeObject, type KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { usualPatience } from '../../../../model/manifests/rules/rollout-patience.ts';
import { healthGraceOf, healthVerdict, type HealthVerdict } from '../../../../model/observe/health-verdict.ts';
import { isWaitedFor } from '../../../../model/observe/object-health.ts';
import { sentence } from '../../../../model/text/sentence.ts';
import type { HealthResult, WaitOptions } from '../../../../ports/cluster.ts';
import { ApiError } from '../../client/api-error.ts';
import type { NamespaceClient } from '../../client/namespace-client.ts';
import { typedItems } from '../../client/typed-items.ts';
import { readClaimEvents } from '../../observe/claim-events.ts';
import { warningsAbout } from './evidence.ts';

/** Milliseconds between two looks: at first, and at most. */
const [firstPauseMs, longestPauseMs] = [200, 2000];

/**
 * Waits until objects that make no pods are healthy, or are not when their grace has passed. They are looked at and not
 * watched: it takes a moment in most cases, and rights that a deployer has for every kind of its release.
 */
export async function waitForHealth(
  place: NamespaceClient,
  objects: readonly KubernetesObject[],
  options: WaitOptions,
): Promise<HealthResult> {
  const wait = new HealthWait(place, objects.filter(isWaitedFor), options);
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
    const result = await wait.look();
    if (result) return result;
    // The signal ends the pause, and is seen at the next look.
    await pause(pauseMs, undefined, { signal: options.signal }).catch(() => {});
  }
}

/** The verdict of one look at an object; undefined where it may not be looked at. */
type Seen = HealthVerdict | undefined;

class HealthWait {
  private readonly place: NamespaceClient;
  private readonly objects: readonly KubernetesObject[];
  private readonly options: WaitOptions;
  private readonly startedAt = performance.now();
  private readonly named = new Set<string>();

  constructor(place: NamespaceClient, objects: readonly KubernetesObject[], options: WaitOptions) {
    this.place = place;
    this.objects = objects;
    this.options = options;
  }

  /** Looks at all of them once. @returns the end of the wait, or undefined while it goes on. */
  async look(): Promise<HealthResult | undefined> {
    if (this.options.signal?.aborted) return this.interrupted();
    const elapsedMs = performance.now() - this.startedAt;
    const seen = await Promise.all(
      this.objects.map(async (object) => ({ object, verdict: await this.seen(object, elapsedMs) })),
    );
    for (const { object, verdict } of seen) {
      if (verdict?.state === 'failed') return this.failed(object, verdict.reason);
      if (verdict?.state === 'waiting') this.nameOnce(`${describeObject(object)}: waiting: ${verdict.says}`);
    }
    if (seen.some(({ verdict }) => verdict?.state === 'waiting')) return undefined;
    const unhealthy = seen.flatMap(({ object: { kind, metadata }, verdict }) =>
      verdict?.state === 'told' ? { kind, name: metadata.name, state: 'waiting' as const, says: verdict.says } : [],
    );
    return { state: 'ready', unhealthy };
  }

  private async seen(object: KubernetesObject, elapsedMs: number): Promise<Seen> {
    const { timeoutMs, patience } = this.options;
    const graceMs = Math.min(timeoutMs, healthGraceOf(object, patience?.graceMs ?? usualPatience.graceMs));
    try {
      const live = await this.read(object);
      const events = await readClaimEvents(this.place, live ? [live] : []);
      return healthVerdict(object, { live, events, elapsedMs }, graceMs);
    } catch (error) {
      if (error instanceof ApiError && error.code === 403) return undefined;
      if (!(error instanceof ApiError || error instanceof ProductError)) throw error;
      // All serves: a cluster that does not answer now undoes nothing.
      const says = `It cannot be read: ${sentence(error instanceof ProductError ? error.facts.reason : error.message)}`;
      return { state: elapsedMs < graceMs ? 'waiting' : 'told', says };
    }
  }

  /** By a list, for which a deployer has the right: what it may not read it could not prune. */
  private async read(object: KubernetesObject): Promise<KubernetesObject | undefined> {
    const { api, resources, namespace } = this.place;
    const path = await resources.collection(object, namespace);
    const list = await api.get<{ items: KubernetesObject[] }>(path, {
      fieldSelector: `metadata.name=${object.metadata.name}`,
    });
    return typedItems(list?.items ?? [], object).find(({ metadata }) => metadata.name === object.metadata.name);
  }

  private nameOnce(line: string): void {
    if (this.named.has(line)) return;
    this.named.add(line);
    this.options.onProgress(line);
  }

  private async failed({ metadata }: KubernetesObject, reason: string): Promise<HealthResult> {
    const { api, namespace } = this.place;
    const evidence = await warningsAbout(api, namespace, new Set([metadata.name])).catch(() => []);
    return { state: 'failed', reason, evidence };
  }

  private interrupted(): HealthResult {
    const names = this.objects.map(describeObject).join(', ');
    return { state: 'interrupted', reason: `Waiting for ${names} was interrupted.`, evidence: [] };
  }
}
