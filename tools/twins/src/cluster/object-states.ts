import { setTimeout as pause } from 'node:timers/promises';
import { describeObject, type KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { label } from '../../../plugin/src/model/product/wire-names.ts';
import { usualPatience } from '../../../plugin/src/model/manifests/rules/rollout-patience.ts';
import { fieldAt } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import { healthGraceOf, healthVerdict } from '../../../plugin/src/model/observe/health-verdict.ts';
import { isWaitedFor, objectHealth, type ObjectHealth } from '../../../plugin/src/model/observe/object-health.ts';
import { findingsOf } from '../../../plugin/src/model/observe/object-findings.ts';
import { isGatewayRoute } from '../../../plugin/src/model/observe/route-status.ts';
import type { HealthResult, WaitOptions } from '../../../plugin/src/ports/cluster.ts';
import type { StoredObjects } from './stored-objects.ts';

/** Milliseconds between two looks. */
const pauseMs = 10;

/**
 * The health of a twin's objects by their status, which nobody writes but a test. Its storage waits for the first pod of a
 * claim, and has one class, which is not named.
 */
export class ObjectStates {
  private readonly objects: StoredObjects;
  /** Why no gateway takes a route, as a sentence; undefined when they do. */
  refusesRoutes: string | undefined;

  constructor(objects: StoredObjects) {
    this.objects = objects;
  }

  /** Returns how an object that is here is doing. */
  of(live: KubernetesObject): ObjectHealth {
    if (!isGatewayRoute(live)) return objectHealth(live, eventsAbout(live));
    return this.refusesRoutes === undefined ? { state: 'healthy' } : { state: 'waiting', says: this.refusesRoutes };
  }

  /** Returns what the objects of a service say of themselves. */
  findingsOf(service: string): ReturnType<typeof findingsOf> {
    const objects = this.objects.all.map(({ live }) => live);
    const own = objects.filter(({ metadata }) => metadata.labels?.[label.service] === service);
    return findingsOf(own, (live) => this.of(live));
  }

  async waitUntilHealthy(
    objects: readonly KubernetesObject[],
    { timeoutMs, patience, signal, onProgress }: WaitOptions,
  ): Promise<HealthResult> {
    const startedAt = performance.now();
    const waitedFor = objects.filter(isWaitedFor);
    const named = new Set<string>();
    for (;;) {
      if (signal?.aborted) return { state: 'interrupted', reason: 'Waiting was interrupted.', evidence: [] };
      const elapsedMs = performance.now() - startedAt;
      const seen = waitedFor.map((object) => {
        const live = this.objects.get(object)?.live;
        const graceMs = Math.min(timeoutMs, healthGraceOf(object, patience?.graceMs ?? usualPatience.graceMs));
        return { object, verdict: healthVerdict(object, { live, events: eventsAbout(live), elapsedMs }, graceMs) };
      });
      for (const { object, verdict } of seen) {
        if (verdict.state === 'failed') return { state: 'failed', reason: verdict.reason, evidence: [] };
        if (verdict.state !== 'waiting') continue;
        const line = `${describeObject(object)}: waiting: ${verdict.says}`;
        if (!named.has(line)) onProgress(line);
        named.add(line);
      }
      if (!seen.some(({ verdict }) => verdict.state === 'waiting')) {
        const unhealthy = seen.flatMap(({ object: { kind, metadata }, verdict }) =>
          verdict.state === 'told' ? { kind, name: metadata.name, state: 'waiting' as const, says: verdict.says } : [],
        );
        return { state: 'ready', unhealthy };
      }
      await pause(pauseMs);
    }
  }
}

/** What storage says of a claim. */
function eventsAbout(live: KubernetesObject | undefined): KubernetesObject[] {
  if (live?.kind !== 'PersistentVolumeClaim') return [];
  const storageClass = fieldAt(live, 'spec', 'storageClassName');
  const involvedObject = { kind: live.kind, name: live.metadata.name };
  const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: `${live.metadata.name}.1` }, involvedObject };
  return [
    storageClass === undefined
      ? { ...event, type: 'Normal', reason: 'WaitForFirstConsumer' }
      : {
          ...event,
          type: 'Warning',
          reason: 'ProvisioningFailed',
          message: `storageclass.storage.k8s.io "${String(storageClass)}" not found`,
        },
  ];
}
