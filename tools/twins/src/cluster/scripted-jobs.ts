import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isInTheWay, jobEnding, nextJobStep } from '../../../plugin/src/model/deploy/job-step.ts';
import { describeObject, type KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { annotation, label } from '../../../plugin/src/model/product/wire-names.ts';
import { Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import type { JobOptions, JobResult } from '../../../plugin/src/ports/cluster.ts';
import type { StoredObjects } from './stored-objects.ts';

/** How a run of a Job goes. */
export interface JobScript {
  /** The lines that it writes at its beginning. */
  readonly lines?: readonly string[];
  /** 0 when left out. */
  readonly exitCode?: number;
  /** How long it runs; it ends at once when left out, and never when `Infinity`. */
  readonly milliseconds?: number;
}

/** Runs the Jobs of a twin of a namespace, by their scripts. */
export class ScriptedJobs {
  private readonly objects: StoredObjects;
  private readonly scripts = new Map<string, JobScript[]>();
  /** By the uid of the Job. */
  private readonly runs = new Map<unknown, JobScript>();

  constructor(objects: StoredObjects) {
    this.objects = objects;
  }

  /** Chooses how the next runs of a Job go, by its name in the manifest; those after the last one succeed. */
  script(name: string, scripts: readonly JobScript[]): void {
    this.scripts.set(name, [...scripts]);
  }

  /** Runs a Job to its end, or goes on with what is there under its name. @throws {Refusal} when that is somebody else's. */
  async run(service: string, job: KubernetesObject, options: JobOptions): Promise<JobResult> {
    const until = Date.now() + options.timeoutMs;
    const name = describeObject(job);
    let followed: KubernetesObject | undefined;
    for (;;) {
      const evidence = [...(this.runs.get(followed?.metadata['uid'])?.lines ?? [])];
      if (options.signal?.aborted)
        return { state: 'interrupted', reason: `Waiting for ${name} was interrupted.`, evidence };
      if (Date.now() >= until)
        return { state: 'timed-out', reason: `${name} had not ended after ${options.timeoutMs} ms.`, evidence };
      const live = this.objects.get(job)?.live;
      if (followed) {
        if (live?.metadata['uid'] !== followed.metadata['uid'])
          return { state: 'vanished', reason: `${name} was deleted while it ran.`, evidence };
        const ending = jobEnding(live!);
        if (ending === 'succeeded') return { state: 'succeeded', hadRun: false };
        const exitCode = this.runs.get(live!.metadata['uid'])?.exitCode;
        if (ending === 'failed')
          return {
            state: 'failed',
            reason: `${name} failed: its container exited with code ${exitCode}.`,
            evidence,
          };
      } else {
        const step = nextJobStep(live, job, service);
        if (step === 'refuse') throw foreignJob(live!);
        if (step === 'nothing') return { state: 'succeeded', hadRun: true };
        if (step === 'replace') this.objects.delete(job);
        if (step === 'follow') followed = live;
        if (step === 'create' && !this.isBlocked(job)) followed = this.begin(job);
        if (followed) this.runs.get(followed.metadata['uid'])?.lines?.forEach(options.onLine);
        if (followed || step === 'replace') continue;
      }
      await pause(5);
    }
  }

  private isBlocked(job: KubernetesObject): boolean {
    return this.objects.all.some(({ live }) => live.kind === 'Job' && isInTheWay(live, job));
  }

  private begin(job: KubernetesObject): KubernetesObject {
    const script = this.scripts.get(job.metadata.labels?.[label.job] ?? '')?.shift() ?? {};
    const live = structuredClone(job);
    live.metadata['uid'] = randomUUID();
    live.metadata.annotations = { ...live.metadata.annotations, [annotation.created]: 'true' };
    this.runs.set(live.metadata['uid'], script);
    this.objects.add(live);
    const end = () => {
      live['status'] = { conditions: [{ type: (script.exitCode ?? 0) === 0 ? 'Complete' : 'Failed', status: 'True' }] };
    };
    if (script.milliseconds === undefined) end();
    else if (script.milliseconds !== Infinity) setTimeout(end, script.milliseconds).unref();
    return live;
  }
}

/** Returns the refusal to run a Job whose name somebody else has taken. */
export function foreignJob(live: KubernetesObject): Refusal {
  return new Refusal({
    type: 'foreign-object',
    doing: 'run a Job',
    reason: `${describeObject(live)} belongs to another owner.`,
    remedy: 'Give the Job another name.',
  });
}
