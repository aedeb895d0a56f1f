import { describeObject, type KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { label } from '../../../plugin/src/model/manifests/labels.ts';
import { isRollout, serviceContainerOf } from '../../../plugin/src/model/manifests/rules/pod-templates.ts';
import { fieldAt, identityOf } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import type { Health, RolloutResult, WaitOptions } from '../../../plugin/src/ports/cluster.ts';
import type { StoredObjects } from './stored-objects.ts';

/** How a rollout goes: at once to an end, or `never`, which is until the deadline. */
export type RolloutScript = RolloutResult | 'never' | (() => Promise<RolloutResult>);

/** Rolls out the workloads of a twin of a namespace, by their scripts. */
export class ScriptedRollouts {
  private readonly objects: StoredObjects;
  /** By name of the workload. */
  private readonly scripts = new Map<string, RolloutScript[]>();
  /** Image of the pods that serve, by identity of the workload. */
  private readonly serving = new Map<string, string>();

  /** By name of the workload: how it is doing since its last rollout, where that is not well. */
  private readonly troubles = new Map<string, Health>();

  constructor(objects: StoredObjects) {
    this.objects = objects;
  }

  /** Chooses how the next rollouts of a workload go, one after the other; those after the last one go well. */
  script(workload: string, rollouts: readonly RolloutScript[]): void {
    this.scripts.set(workload, [...rollouts]);
  }

  /** Lets the pods of a workload fail, until its next rollout. */
  degrade(workload: string, health: Health): void {
    this.troubles.set(workload, health);
  }

  /** Returns how a workload is doing. */
  healthOf(workload: KubernetesObject): Health {
    if (this.imageServing(workload) === undefined) return 'rolling-out';
    return this.troubles.get(workload.metadata.name) ?? 'healthy';
  }

  /** Returns the image that a workload's pods serve with, or undefined before its first rollout that went well. */
  imageServing(workload: KubernetesObject): string | undefined {
    return this.serving.get(identityOf(workload));
  }

  /** Rolls out the workloads among the objects, up to the first that does not become ready. */
  async waitUntilReady(objects: readonly KubernetesObject[], options: WaitOptions): Promise<RolloutResult> {
    for (const workload of objects.filter(isRollout)) {
      this.troubles.delete(workload.metadata.name);
      const result = await this.rollOut(workload, options);
      if (result.state !== 'ready') return result;
      this.serving.set(identityOf(workload), imageOf(workload));
      options.onProgress(`${describeObject(workload)}: ${podsWanted(workload)} of ${podsWanted(workload)} pods ready`);
    }
    return { state: 'ready' };
  }

  private async rollOut(workload: KubernetesObject, options: WaitOptions): Promise<RolloutResult> {
    const name = describeObject(workload);
    if (options.signal?.aborted) return interrupted(name);
    if (!this.objects.get(workload))
      return { state: 'vanished', reason: `${name} was deleted during the rollout.`, evidence: [] };
    const script = this.scripts.get(workload.metadata.name)?.shift() ?? { state: 'ready' };
    if (script !== 'never' && typeof script !== 'function') return script;
    return withDeadline(name, options, script);
  }
}

/** Returns how many pods a workload asks for. */
export function podsWanted(workload: KubernetesObject): number {
  const replicas = fieldAt(workload, 'spec', 'replicas');
  return typeof replicas === 'number' ? replicas : 1;
}

function withDeadline(
  name: string,
  { timeoutMs, signal }: WaitOptions,
  script: Exclude<RolloutScript, RolloutResult>,
): Promise<RolloutResult> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<RolloutResult>((resolve) => {
    timer = setTimeout(() => resolve(timedOut(name, timeoutMs)), timeoutMs);
    signal?.addEventListener('abort', () => resolve(interrupted(name)), { once: true });
  });
  return Promise.race([deadline, ...(script === 'never' ? [] : [script()])]).finally(() => clearTimeout(timer));
}

function interrupted(name: string): RolloutResult {
  return { state: 'interrupted', reason: `Waiting for ${name} was interrupted.`, evidence: [] };
}

function timedOut(name: string, timeoutMs: number): RolloutResult {
  return { state: 'timed-out', reason: `${name} was not ready after ${timeoutMs} ms.`, evidence: [] };
}

function imageOf(workload: KubernetesObject): string {
  const service = workload.metadata.labels?.[label.service] ?? '';
  return String(serviceContainerOf(workload, service)?.['image'] ?? '');
}
