import { describeObject, type KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { label } from '../../../plugin/src/model/product/wire-names.ts';
import {
  isCronJob,
  isRollout,
  isWorkload,
  podTemplateOf,
  rolloutKinds,
  serviceContainerOf,
} from '../../../plugin/src/model/manifests/rules/pod-templates.ts';
import { fieldAt, identityOf } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import { scheduledRunsOf } from '../../../plugin/src/model/observe/scheduled-runs.ts';
import type { Health } from '../../../plugin/src/model/observe/running-service.ts';
import type { OldPodsReport, RolloutResult, WaitOptions } from '../../../plugin/src/ports/cluster.ts';
import { StatefulPods } from './stateful-pods.ts';
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

  /** By name of the workload: how it is doing since its last rollout, where that is not well, and what it was then. */
  private readonly troubles = new Map<string, { readonly health: Health; readonly template: string }>();

  /** Workloads whose last rollout did not end well: the pods of before serve beside the new ones. */
  private readonly unfinished = new Set<string>();
  private readonly stateful = new StatefulPods();

  constructor(objects: StoredObjects) {
    this.objects = objects;
  }

  /** The templates of the pods of StatefulSets. */
  get podTemplates(): unknown[] {
    return this.stateful.templates;
  }

  /** Chooses how the next rollouts of a workload go, one after the other; those after the last one go well. */
  script(workload: string, rollouts: readonly RolloutScript[]): void {
    this.scripts.set(workload, [...rollouts]);
  }

  /** Lets the pods of a workload fail, until its next rollout. */
  degrade(workload: string, health: Health): void {
    this.troubles.set(workload, { health, template: this.templateOf(workload) });
    this.note(workload);
  }

  /** Lets the pods of a workload be well again. */
  recover(workload: string): void {
    this.troubles.delete(workload);
    this.note(workload);
  }

  /** Returns how a workload is doing. */
  healthOf(workload: KubernetesObject): Health {
    if (this.imageServing(workload) === undefined) return 'rolling-out';
    const usual = this.unfinished.has(workload.metadata.name) ? 'rolling-out' : 'healthy';
    return this.troubles.get(workload.metadata.name)?.health ?? usual;
  }

  /** Returns how the worst of the workloads that are there is doing. */
  worstOf(objects: readonly KubernetesObject[]): Health | undefined {
    const states = objects.filter(isRollout).flatMap((workload) => {
      const stored = this.objects.get(workload);
      return stored ? [this.healthOf(stored.live)] : [];
    });
    return states.find((health) => health !== 'healthy') ?? states[0];
  }

  private note(name: string): void {
    const live = this.liveOf(name);
    if (live) this.objects.note(live);
  }

  private liveOf(name: string): KubernetesObject | undefined {
    return rolloutKinds.map((kind) => this.objects.find(kind, name)?.live).find((found) => found !== undefined);
  }

  private templateOf(name: string): string {
    const live = this.liveOf(name);
    return JSON.stringify(live && podTemplateOf(live));
  }

  /** Returns the image that a workload's pods serve with, or undefined before its first rollout that went well. */
  imageServing(workload: KubernetesObject): string | undefined {
    return this.serving.get(identityOf(workload));
  }

  /**
   * Rolls out the workloads among the objects, up to the first that does not become ready.
   * @param replacesPods true when broken pods are the deployer's to delete.
   */
  async waitUntilReady(
    objects: readonly KubernetesObject[],
    options: WaitOptions,
    replacesPods: boolean,
  ): Promise<RolloutResult> {
    const told = { replacedPods: [] as string[], keptPods: [] as string[] };
    for (const workload of objects.filter(isWorkload)) {
      const trouble = this.troubles.get(workload.metadata.name);
      if (trouble && trouble.template === this.templateOf(workload.metadata.name))
        return { state: 'failed', reason: `${describeObject(workload)} does not become ready.`, evidence: [] };
      this.troubles.delete(workload.metadata.name);
      const result = await this.rollOut(workload, options, replacesPods);
      told.replacedPods.push(...(result.replacedPods ?? []));
      told.keptPods.push(...(result.keptPods ?? []));
      for (const line of result.replacedPods ?? []) options.onProgress(`${describeObject(workload)}: ${line}`);
      if (result.state === 'ready') this.unfinished.delete(workload.metadata.name);
      else if (result.state !== 'interrupted') this.unfinished.add(workload.metadata.name);
      this.objects.note(workload);
      if (result.state !== 'ready') return { ...result, ...filled(told) };
      this.serving.set(identityOf(workload), imageOf(workload));
      this.objects.note(workload);
      options.onProgress(`${describeObject(workload)}: ${progressOf(this.objects.get(workload)!.live)}`);
    }
    return { state: 'ready', ...filled(told) };
  }

  private async rollOut(
    workload: KubernetesObject,
    options: WaitOptions,
    replacesPods: boolean,
  ): Promise<RolloutResult> {
    if (workload.kind !== 'StatefulSet') return this.play(workload, options);
    const set = this.objects.get(workload)?.live ?? workload;
    const { obstacle, ...replaced } = this.stateful.replaceBroken(set, replacesPods);
    if (obstacle !== undefined) {
      const late = await withDeadline(describeObject(workload), options, 'never');
      return 'reason' in late ? { ...late, reason: `${late.reason} ${obstacle}` } : late;
    }
    const result = await this.play(workload, options);
    const hasBegun = result.state !== 'interrupted' && result.state !== 'vanished';
    return { ...result, ...replaced, ...(hasBegun ? this.stateful.rollOut(set, result.state === 'ready') : {}) };
  }

  private async play(workload: KubernetesObject, options: WaitOptions): Promise<RolloutResult> {
    const name = describeObject(workload);
    if (options.signal?.aborted) return interrupted(name);
    if (!this.objects.get(workload))
      return { state: 'vanished', reason: `${name} was deleted during the rollout.`, evidence: [] };
    const script = this.scripts.get(workload.metadata.name)?.shift() ?? { state: 'ready' };
    if (script !== 'never' && typeof script !== 'function') return script;
    return withDeadline(name, options, script);
  }
}

function progressOf(workload: KubernetesObject): string {
  if (!isCronJob(workload)) return `${podsWanted(workload)} of ${podsWanted(workload)} pods ready`;
  return scheduledRunsOf(workload, undefined).isSuspended ? 'is suspended' : 'the next run will be of this build';
}

/** Leaves out the lists that are empty. */
function filled(report: Required<OldPodsReport>): OldPodsReport {
  return Object.fromEntries(Object.entries(report).filter(([, list]) => list.length > 0));
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
