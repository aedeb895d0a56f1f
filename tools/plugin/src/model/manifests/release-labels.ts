import type { Actor } from '../release/actor.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { Release } from '../release/release.ts';
import { annotation, label, managedBy } from '../product/wire-names.ts';
import { containersOf, isCronJob, serviceContainerName } from './rules/pod-templates.ts';
import { fieldAt, isMap } from './source/object-fields.ts';
import type { RenderRequest } from './render-request.ts';
import { isPlaceholder } from './service-container.ts';

/** Gives an object the namespace, and the labels by which it is known as a part of the service. */
export function labelObject(object: KubernetesObject, { release, environment, partOf }: RenderRequest): void {
  const { metadata } = object;
  metadata.namespace = environment.namespace;
  metadata.labels = {
    [label.name]: release.service,
    [label.instance]: release.service,
    [label.partOf]: labelValue(partOf),
    ...metadata.labels,
    [label.version]: release.buildNumber.toString(),
    [label.managedBy]: managedBy,
    [label.service]: release.service,
  };
}

/** Puts the release's image into the containers that run the service. @returns whether there are any. */
export function setImage(object: KubernetesObject, { release, image }: RenderRequest): boolean {
  const named = serviceContainerName(object, release.service);
  // What runs first in a pod of the service may be of the same image, and is named by nothing then.
  const isMarked = object.metadata.annotations?.[annotation.container] !== undefined;
  const containers = containersOf(object).filter(
    (container) => container['name'] === named || (isMarked && isPlaceholder(container['image'], release.service)),
  );
  for (const container of containers) container['image'] = image.toString();
  return containers.length > 0;
}

/** Writes on an object which release it is of, and who put it in; on the Jobs that a CronJob makes, which release it was. */
export function annotateRelease(object: KubernetesObject, { release, actor }: RenderRequest): void {
  object.metadata.annotations = { ...object.metadata.annotations, ...releaseAnnotations(release, actor) };
  const jobs = fieldAt(object, 'spec', 'jobTemplate');
  if (!isCronJob(object) || !isMap(jobs)) return;
  const metadata = isMap(jobs['metadata']) ? jobs['metadata'] : {};
  const own = isMap(metadata['annotations']) ? metadata['annotations'] : {};
  const { buildNumber, commit } = release;
  const build = { [annotation.buildNumber]: buildNumber.toString(), [annotation.commit]: commit };
  jobs['metadata'] = { ...metadata, annotations: { ...own, ...build } };
}

function releaseAnnotations(release: Release, actor: Actor): Record<string, string> {
  return {
    [annotation.buildNumber]: release.buildNumber.toString(),
    [annotation.commit]: release.commit,
    [annotation.imageDigest]: release.imageDigest,
    [annotation.contentHash]: release.contentHash,
    [annotation.dirty]: String(release.dirty),
    [annotation.run]: actor.run,
    [annotation.person]: actor.person,
  };
}

/** Returns the nearest text that a label's value may be. */
export function labelValue(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
