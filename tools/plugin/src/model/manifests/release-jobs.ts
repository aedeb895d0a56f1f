import { createHash } from 'node:crypto';
import type { BuildNumber } from '../release/build-number.ts';
import { describeObject, type KubernetesObject } from './kubernetes-object.ts';
import { Refusal } from '../errors/product-error.ts';
import { label } from '../product/wire-names.ts';
import { apiGroup, fieldAt, isMap } from './source/object-fields.ts';
import { podTemplateOf } from './rules/pod-templates.ts';
import { annotateRelease, labelObject, setImage } from './release-labels.ts';
import { podSelectorOf, selects } from './rules/selectors.ts';
import type { RenderRequest } from './render-request.ts';
import type { Manifest } from './source/manifest.ts';

/** Where a service keeps the Jobs of its releases, below its manifests. */
export const jobsFolder = 'jobs';
/** Characters of a Job's name: it becomes a label of its pods. */
const longestName = 63;
/** Seconds that a Job which has ended is kept. */
const keptFor = 7 * 24 * 3600;
/** Seconds that it must be kept at least, so that whoever waits for it sees how it ended. */
const keptAtLeast = 3600;
/** Seconds after which the cluster ends a Job that nobody waits for any more. */
const endedAfter = 24 * 3600;

/**
 * Makes the Jobs of a release: named by its build number, kept for a while after their end, never tried again by
 * themselves unless they say so, and with labels by which nothing of the service takes their pods for its own.
 * @param objects the service's other objects, as they are applied.
 * @throws {Refusal} for what is no Job, one that could not be waited for, or one whose pods those objects select.
 */
export function finishJobs(
  jobs: readonly Manifest[],
  objects: readonly KubernetesObject[],
  request: RenderRequest,
): Manifest[] {
  const unfit = jobs.flatMap(({ object, source }) =>
    whyNotJob(object).map((why) => `${source}: ${describeObject(object)}${why}`),
  );
  if (unfit.length > 0) throw refusalOf(unfit, 'Fix it and run the same command again; nothing was changed.');
  const finished = jobs.map(({ object, source }) => ({ object: finishJob(object, request), source }));
  const mistakes = finished.flatMap(({ object, source }) => {
    const labels = fieldAt(podTemplateOf(object), 'metadata', 'labels');
    return objects
      .filter((other) => selects(podSelectorOf(other), labels))
      .map((other) => `${source}: ${describeObject(other)} would select the pods of ${describeObject(object)}.`);
  });
  if (mistakes.length > 0)
    throw refusalOf(mistakes, "Remove the labels of the service's pods from the Job's, or change them.");
  return finished;
}

/**
 * Keeps Jobs out of what is applied again with each release: the cluster lets nobody change a Job's pod, and nothing
 * would wait for its end.
 * @param manifests those beside the folder of Jobs. @throws {Refusal} naming file and object.
 */
export function refuseJobsAmong(
  manifests: readonly Manifest[],
  { folder, form }: Pick<RenderRequest, 'folder' | 'form'>,
): void {
  const jobs = manifests.filter(({ object }) => object.kind === 'Job' && apiGroup(object) === 'batch');
  if (jobs.length === 0) return;
  throw refusalOf(
    jobs.map(({ object, source }) => `${source}: ${describeObject(object)} could not be changed by the next release.`),
    form === 'helm'
      ? 'Make it a hook, with the annotation `helm.sh/hook: pre-install,pre-upgrade`: it runs once per release, before its rollout. Use a CronJob for what recurs.'
      : `Jobs go to ${folder}/${jobsFolder}/: they run once per release, before its rollout. Use a CronJob for what recurs.`,
  );
}

/** Reports whether an object in a cluster is a Job that a release has run before its rollout. */
export function isReleaseJob(object: KubernetesObject): boolean {
  return object.kind === 'Job' && apiGroup(object) === 'batch' && object.metadata.labels?.[label.job] !== undefined;
}

/** `migrate-20261124-1`. What would be too long for a name is cut, and told apart by a hash. */
export function jobNameOf(name: string, buildNumber: BuildNumber): string {
  const suffix = `-${buildNumber.toString().replace('.', '-')}`;
  if (name.length + suffix.length <= longestName) return name + suffix;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, longestName - suffix.length - hash.length - 1)}-${hash}${suffix}`;
}

function whyNotJob(object: KubernetesObject): string[] {
  if (object.kind !== 'Job' || apiGroup(object) !== 'batch')
    return [' is not a Job: only Jobs (batch/v1) run before a rollout. Move it out of this folder.'];
  const why: string[] = [];
  const { name } = object.metadata;
  if (name.length > longestName || !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name))
    why.push(`: its name must be lower-case letters, digits and hyphens, ${longestName} at most.`);
  const kept = fieldAt(object, 'spec', 'ttlSecondsAfterFinished');
  if (typeof kept === 'number' && kept < keptAtLeast)
    why.push(
      `: spec.ttlSecondsAfterFinished is ${kept}; with less than ${keptAtLeast} it may be deleted before its result was read.`,
    );
  if (fieldAt(object, 'spec', 'selector') !== undefined || fieldAt(object, 'spec', 'manualSelector') !== undefined)
    why.push(': it has its own selector; remove spec.selector and spec.manualSelector.');
  return why;
}

function finishJob(object: KubernetesObject, request: RenderRequest): KubernetesObject {
  const { release } = request;
  const job = structuredClone(object);
  const { name } = job.metadata;
  labelObject(job, request);
  setImage(job, request);
  annotateRelease(job, request);
  job.metadata.name = jobNameOf(name, release.buildNumber);
  job.metadata.labels = { ...job.metadata.labels, [label.job]: name };
  const { spec } = job;
  if (!isMap(spec)) return job;
  job['spec'] = { backoffLimit: 0, activeDeadlineSeconds: endedAfter, ttlSecondsAfterFinished: keptFor, ...spec };
  const template = podTemplateOf(job);
  if (!template) return job;
  const metadata = isMap(template['metadata']) ? template['metadata'] : {};
  const own = isMap(metadata['labels']) ? metadata['labels'] : {};
  // With a dot, which no service's name has: the pods are behind no Service of this or any other service.
  const identity = { [label.name]: `${release.service}.job`, [label.instance]: `${release.service}.job` };
  template['metadata'] = { ...metadata, labels: { ...identity, ...own } };
  if (isMap(template['spec'])) template['spec'] = { restartPolicy: 'Never', ...template['spec'] };
  return job;
}

function refusalOf(mistakes: readonly string[], remedy: string): Refusal {
  return new Refusal({
    type: 'bad-job',
    doing: 'check the Jobs of the release',
    reason: mistakes.length === 1 ? mistakes[0]! : `There are ${mistakes.length} mistakes.`,
    remedy,
    ...(mistakes.length === 1 ? {} : { evidence: mistakes }),
  });
}
