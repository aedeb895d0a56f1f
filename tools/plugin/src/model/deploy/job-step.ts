import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { annotation, label, managedBy } from '../product/wire-names.ts';
import { listAt } from '../manifests/source/object-fields.ts';
import { isReleaseJob } from '../manifests/release-jobs.ts';

/**
 * The next step for a Job of a release:
 * - `create` it; `follow` the one that runs; `nothing`, because it has succeeded.
 * - `replace` the one that is there, which failed or is of another release; `await` until that one has ended, or is gone.
 * - `refuse`, because the one that is there is somebody else's.
 */
export type JobStep = 'create' | 'follow' | 'nothing' | 'replace' | 'await' | 'refuse';

/** Judges by what is there under a Job's name, so that whoever comes after a deployer that died goes on from there. */
export function nextJobStep(live: KubernetesObject | undefined, job: KubernetesObject, service: string): JobStep {
  if (!live) return 'create';
  if (!isJobOf(live, service)) return 'refuse';
  if (live.metadata['deletionTimestamp'] !== undefined) return 'await';
  const ending = jobEnding(live);
  // Where nobody decides on build numbers, two releases may have the same.
  const isSame = imageOf(live) === imageOf(job);
  if (ending === undefined) return isSame ? 'follow' : 'await';
  return ending === 'succeeded' && isSame ? 'nothing' : 'replace';
}

/** How a Job has ended, or undefined when it has not. */
export function jobEnding(live: KubernetesObject): 'succeeded' | 'failed' | undefined {
  const is = (wanted: string) =>
    listAt(live, 'status', 'conditions').some(({ type, status }) => type === wanted && status === 'True');
  return is('Complete') ? 'succeeded' : is('Failed') ? 'failed' : undefined;
}

/** Reports whether another Job must end before one begins: the same one of another release, which still runs. */
export function isInTheWay(other: KubernetesObject, job: KubernetesObject): boolean {
  return (
    other.metadata.name !== job.metadata.name &&
    other.metadata.labels?.[label.service] === job.metadata.labels?.[label.service] &&
    other.metadata.labels?.[label.job] === job.metadata.labels?.[label.job] &&
    jobEnding(other) === undefined
  );
}

function isJobOf(live: KubernetesObject, service: string): boolean {
  const { labels = {} } = live.metadata;
  return isReleaseJob(live) && labels[label.service] === service && labels[label.managedBy] === managedBy;
}

function imageOf({ metadata }: KubernetesObject): string | undefined {
  return metadata.annotations?.[annotation.imageDigest];
}
