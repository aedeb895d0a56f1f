import { isInTheWay, jobEnding, nextJobStep } from '../../../../model/deploy/job-step.ts';
import { describeObject, type KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { label } from '../../../../model/product/wire-names.ts';
import type { JobOptions, JobResult } from '../../../../ports/cluster.ts';
import { ApiError, explainApiError } from '../../client/api-error.ts';
import type { KubernetesApi } from '../../client/api.ts';
import type { NamespaceApi } from '../../client/namespace-client.ts';
import { collectionPath } from '../../client/resources.ts';
import { usualPatience } from '../../../../model/manifests/rules/rollout-patience.ts';
import { warningsAbout } from '../wait/evidence.ts';
import { listAndWatch, type Followed } from '../wait/list-and-watch.ts';
import { keyOf, nothingKnown, reduceRollout, type RolloutEvent, type RolloutState } from '../wait/rollout-state.ts';
import { JobLogs } from './job-logs.ts';
import { createJob, deleteJob, foreignJob, jobsPath, readJob } from './job-objects.ts';
import { evaluateJob, podsOf } from './evaluate-job.ts';

/** Milliseconds for which the last lines of a Job that has ended are waited for. */
const logPatience = 5000;
/** Pods of a Job whose warnings are read: the newest know why it failed. */
const mostPods = 10;

/** A Job of a release of a service. */
export interface ServiceJob {
  readonly service: string;
  readonly job: KubernetesObject;
}

/**
 * Runs a Job of a release to its end, unless it has succeeded before; goes on from what a deployer that died has left.
 * @param onEvent sees everything that the watches of the running Job tell, to be recorded.
 * @throws {Refusal} when a Job of that name belongs to somebody else.
 */
export async function runJob(
  place: NamespaceApi,
  { service, job }: ServiceJob,
  { timeoutMs, signal, patience, onLine, onProgress }: JobOptions,
  onEvent: (event: RolloutEvent, at: number) => void = () => {},
): Promise<JobResult> {
  const stop = new AbortController();
  const run = new JobRun(
    place,
    { service, job },
    {
      onLine,
      onProgress,
      onEvent,
      graceMs: patience?.graceMs ?? usualPatience.graceMs,
      stopped: stop.signal,
    },
  );
  const ways: (() => void)[] = [];
  try {
    return await new Promise<JobResult>((resolve, reject) => {
      const deadline = setTimeout(() => {
        if (!run.hasEnded) run.timeOut(timeoutMs).then(resolve, reject);
      }, timeoutMs);
      const interrupt = () => resolve(run.interrupt());
      signal?.addEventListener('abort', interrupt, { once: true });
      ways.push(
        () => clearTimeout(deadline),
        () => signal?.removeEventListener('abort', interrupt),
      );
      if (signal?.aborted) interrupt();
      else run.runToCompletion().then(resolve, reject);
    });
  } catch (error) {
    throw explainApiError(error, `run ${describeObject(job)}`, place.api, job);
  } finally {
    for (const end of ways) end();
    stop.abort();
  }
}

/** A listener to a run of a Job: what it is told, for how long, and until when. */
interface JobListener {
  readonly onLine: (line: string) => void;
  readonly onProgress: (line: string) => void;
  /** Milliseconds that a trouble of a pod may last. */
  readonly graceMs: number;
  readonly onEvent: (event: RolloutEvent, at: number) => void;
  readonly stopped: AbortSignal;
}

/** One run of a Job: from what is there under its name to its end. */
class JobRun {
  private readonly api: KubernetesApi;
  private readonly namespace: string;
  private readonly service: string;
  private readonly job: KubernetesObject;
  private readonly onEvent: (event: RolloutEvent, at: number) => void;
  private readonly onProgress: (line: string) => void;
  private readonly graceMs: number;
  private readonly stopped: AbortSignal;
  private readonly logs: JobLogs;
  private readonly started = performance.now();
  /** The object of the wait, in a sentence. */
  private obstacle: string | undefined;
  private state: RolloutState = nothingKnown;
  /** True when it is known how the Job ended, and only what shows it is still gathered. */
  hasEnded = false;

  constructor({ api, namespace }: NamespaceApi, { service, job }: ServiceJob, listener: JobListener) {
    const { onLine, onProgress, onEvent, graceMs, stopped } = listener;
    this.onProgress = onProgress;
    this.graceMs = graceMs;
    this.api = api;
    this.namespace = namespace;
    this.service = service;
    this.job = job;
    this.onEvent = onEvent;
    this.stopped = stopped;
    this.logs = new JobLogs(api, namespace, onLine, stopped);
  }

  async runToCompletion(): Promise<JobResult> {
    const live = await this.begin();
    return live ? this.watch(live) : { state: 'succeeded', hadRun: true };
  }

  interrupt(): JobResult {
    const reason = `Waiting for ${this.name} was interrupted; if it is running, it continues. Run the same command again to follow it.`;
    return { state: 'interrupted', reason, evidence: [...this.logs.last] };
  }

  /** @param timeoutMs to be told. */
  async timeOut(timeoutMs: number): Promise<JobResult> {
    const seconds = Math.round(timeoutMs / 100) / 10;
    const reason = `${this.name} had not ended after ${seconds} s. ${this.obstacle ?? 'It is still running.'}`;
    return { state: 'timed-out', reason, evidence: await this.evidence() };
  }

  /** @returns the Job that runs now, or undefined when it has succeeded before. */
  private async begin(): Promise<KubernetesObject | undefined> {
    for (;;) {
      const live = await readJob(this.api, this.namespace, this.job.metadata.name);
      switch (nextJobStep(live, this.job, this.service)) {
        case 'refuse':
          throw foreignJob(live!, this.service);
        case 'nothing':
          return undefined;
        case 'follow':
          return live;
        case 'replace':
          await this.unlessGone(deleteJob(this.api, this.namespace, live!, 'Foreground'));
          await this.until('waits for the previous Job to be deleted', (jobs) => !jobs.some(isSameAs(live!)));
          break;
        case 'await':
          await this.until(
            'waits for the previous Job to end',
            (jobs) => nextJobStep(jobs.find(isSameAs(live!)), this.job, this.service) !== 'await',
          );
          break;
        case 'create': {
          const created = await this.create();
          if (created) return created;
        }
      }
    }
  }

  /** @returns undefined when somebody else was faster. */
  private async create(): Promise<KubernetesObject | undefined> {
    await this.until(
      'waits for the same Job of another release to end; delete that Job if it never will',
      (jobs) => !jobs.some((other) => isInTheWay(other, this.job)),
    );
    try {
      return await createJob(this.api, this.namespace, this.job);
    } catch (error) {
      if (error instanceof ApiError && error.code === 409) return undefined;
      throw error;
    }
  }

  /** Watches the Jobs of this name, of all releases, until something is true of them. */
  private async until(obstacle: string, isSo: (jobs: readonly KubernetesObject[]) => boolean): Promise<void> {
    const name = this.job.metadata.labels?.[label.job] ?? '';
    const labelSelector = `${label.service}=${this.service},${label.job}=${name}`;
    this.obstacle = `It ${obstacle}.`;
    const enough = new AbortController();
    const signal = AbortSignal.any([this.stopped, enough.signal]);
    let state = nothingKnown;
    await listAndWatch(this.api, this.followed({ labelSelector }), signal, (event) => {
      state = reduceRollout(state, event, performance.now());
      if (isSo([...state.objects.values()])) enough.abort();
    });
    this.stopped.throwIfAborted();
    this.obstacle = undefined;
  }

  private watch(live: KubernetesObject): Promise<JobResult> {
    const target = { object: this.job, uid: String(live.metadata['uid']) };
    const name = this.job.metadata.name;
    const enough = new AbortController();
    const signal = AbortSignal.any([this.stopped, enough.signal]);
    let timer: NodeJS.Timeout | undefined;
    signal.addEventListener('abort', () => clearTimeout(timer));
    return new Promise<JobResult>((resolve, reject) => {
      const judge = (): void => {
        if (signal.aborted) return;
        const judgement = evaluateJob(this.state, target, performance.now(), this.graceMs);
        if (judgement.state !== 'waiting') {
          enough.abort();
          this.finish(live, judgement).then(resolve, reject);
          return;
        }
        if (judgement.obstacle !== undefined && this.obstacle === undefined && judgement.isUsual !== true)
          this.onProgress(`waiting: ${judgement.obstacle}`);
        this.obstacle = judgement.obstacle;
        clearTimeout(timer);
        if (judgement.again !== undefined)
          timer = setTimeout(judge, Math.max(10, judgement.again - performance.now() + 5));
      };
      const followed: Followed[] = [
        this.followed({ fieldSelector: `metadata.name=${name}` }),
        {
          apiVersion: 'v1',
          kind: 'Pod',
          path: collectionPath('v1', 'pods', this.namespace),
          query: { labelSelector: `batch.kubernetes.io/job-name=${name}` },
        },
      ];
      for (const each of followed) {
        listAndWatch(this.api, each, signal, (event) => {
          this.onEvent(event, Math.round(performance.now() - this.started));
          this.state = reduceRollout(this.state, event, performance.now());
          for (const pod of podsOf(this.state, live)) this.logs.take(pod);
          judge();
        }).catch(reject);
      }
    });
  }

  private async finish(
    live: KubernetesObject,
    judgement: Exclude<ReturnType<typeof evaluateJob>, { state: 'waiting' }>,
  ): Promise<JobResult> {
    this.hasEnded = true;
    await this.logs.end(logPatience);
    if (judgement.state === 'succeeded') return { state: 'succeeded', hadRun: false };
    const result = { ...judgement, evidence: await this.evidence() };
    // One that cannot begin would begin one day, when nobody expects it any more, and keep later ones waiting.
    const last = this.state.objects.get(keyOf(this.job));
    if (judgement.state === 'failed' && last && jobEnding(last) === undefined && !this.logs.haveBegun)
      await this.unlessGone(deleteJob(this.api, this.namespace, live, 'Background'));
    return result;
  }

  private async evidence(): Promise<string[]> {
    const pods = [...this.state.objects.values()].map(({ metadata }) => metadata.name);
    const names = new Set([this.job.metadata.name, ...pods.slice(-mostPods)]);
    return [...this.logs.last, ...(await warningsAbout(this.api, this.namespace, names).catch(() => []))];
  }

  private followed(query: Followed['query']): Followed {
    return { apiVersion: 'batch/v1', kind: 'Job', path: jobsPath(this.namespace), query };
  }

  private async unlessGone(deletion: Promise<void>): Promise<void> {
    await deletion.catch((error: unknown) => {
      if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
    });
  }

  private get name(): string {
    return describeObject(this.job);
  }
}

function isSameAs({ metadata }: KubernetesObject): (other: KubernetesObject) => boolean {
  return (other) => other.metadata['uid'] === metadata['uid'];
}
