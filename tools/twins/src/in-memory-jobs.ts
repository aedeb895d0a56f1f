import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isInTheWay, jobEnding, nextJobStep } from '../../plugin/src/model/deploy/job-step.ts';
import { describeObject, type KubernetesObject } from '../../plugin/src/model/manifests/kubernetes-object.ts';
import { annotation, label } from '../../plugin/src/model/manifests/labels.ts';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type { JobOptions, JobResult } from '../../plugin/src/ports/cluster.ts';

/** How a run of a Job goes. */
export interface JobScript {
  /** What it writes at its beginning. */
  readonly lines?: readonly string[];
  /** 0 when left out. */
  readonly exitCode?: number;
  /** How long it runs; it ends at once when left out, and never when `Infinity`. */
  readonly milliseconds?: number;
}

/** The namespace's objects, as the Jobs of the twin need them. */
export interface JobPlace {
  find(name: string): KubernetesObject | undefined;
  all(): KubernetesObject[];
  add(job: KubernetesObject): void;
  remove(name: string): void;
}

/** Runs the Jobs of a twin of a namespace, by their scripts. */
export class InMemoryJobs {
  private readonly place: JobPlace;
  private readonly scripts = new Map<string, JobScript[]>();
  /** By the uid of the Job. */
  private readonly runs = new Map<unknown, JobScript>();

  constructor(place: JobPlace) {
    this.place = place;
  }

  /** Chooses how the next runs of a Job go, by its name in the manifest; those after the last one succeed. */
  script(name: string, scripts: readonly JobScript[]): void {
    this.scripts.set(name, [...scripts]);
  }

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
      const live = this.place.find(job.metadata.name);
      if (followed) {
        if (live?.metadata['uid'] !== followed.metadata['uid'])
          return { state: 'vanished', reason: `${name} was deleted while it ran.`, evidence };
        const ending = jobEnding(live!);
        if (ending === 'succeeded') return { state: 'succeeded', hadRun: false };
        const exitCode = this.runs.get(live!.metadata['uid'])?.exitCode;
        if (ending === 'failed')
          return {
            state: 'failed',
            reason: `${name} failed: its container ended with exit code ${exitCode}.`,
            evidence,
          };
      } else {
        const step = nextJobStep(live, job, service);
        if (step === 'refuse') throw foreignJob(live!);
        if (step === 'nothing') return { state: 'succeeded', hadRun: true };
        if (step === 'replace') this.place.remove(job.metadata.name);
        if (step === 'follow') followed = live;
        if (step === 'create' && !this.place.all().some((other) => isInTheWay(other, job))) followed = this.begin(job);
        if (followed) this.runs.get(followed.metadata['uid'])?.lines?.forEach(options.onLine);
        if (followed || step === 'replace') continue;
      }
      await pause(5);
    }
  }

  private begin(job: KubernetesObject): KubernetesObject {
    const script = this.scripts.get(job.metadata.labels?.[label.job] ?? '')?.shift() ?? {};
    const live = structuredClone(job);
    live.metadata['uid'] = randomUUID();
    live.metadata.annotations = { ...live.metadata.annotations, [annotation.created]: 'true' };
    this.runs.set(live.metadata['uid'], script);
    this.place.add(live);
    const end = () => {
      live['status'] = { conditions: [{ type: (script.exitCode ?? 0) === 0 ? 'Complete' : 'Failed', status: 'True' }] };
    };
    if (script.milliseconds === undefined) end();
    else if (script.milliseconds !== Infinity) setTimeout(end, script.milliseconds).unref();
    return live;
  }
}

/** The refusal to run a Job whose name somebody else has taken. */
export function foreignJob(live: KubernetesObject): Refusal {
  return new Refusal({
    type: 'foreign-object',
    doing: 'run a Job',
    reason: `${describeObject(live)} belongs to another owner.`,
    remedy: 'Give the Job another name.',
  });
}
