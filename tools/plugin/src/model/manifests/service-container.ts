import { Refusal } from '../errors/product-error.ts';
import { annotation } from '../product/wire-names.ts';
import { describeObject } from './kubernetes-object.ts';
import type { Manifest } from './source/manifest.ts';
import { containersOf, podTemplateOf } from './rules/pod-templates.ts';
import { listAt } from './source/object-fields.ts';

/** What is known of the container that a service's image goes into. */
export interface ContainerWish {
  readonly service: string;
  /** The name that the service's options say; undefined when they say none. */
  readonly container: string | undefined;
  /** Where the manifests are, for messages: `apps/orders/k8s`. */
  readonly folder: string;
}

/** A container of some manifest. */
interface Candidate {
  readonly manifest: Manifest;
  readonly name: string;
  readonly image: string;
  readonly isInit: boolean;
}

/**
 * Says in the manifests which containers run the service, where they are not named like it: by an annotation, which goes
 * with the object into the cluster and into the records, and an image that `setImage` finds.
 * The first of these that there is: the one that an option names, those named like the service, those whose image is
 * the service's name, and the only one.
 * @throws {Refusal} listing the candidates, when none or several could be meant.
 */
export function markServiceContainers(manifests: readonly Manifest[], wish: ContainerWish): Manifest[] {
  const all = manifests.flatMap(candidatesIn);
  const meant = chosenAmong(all, wish);
  return manifests.map((manifest) => {
    const own = meant.filter((each) => each.manifest === manifest);
    // One that runs first is none that serves.
    const main = own.find(({ isInit }) => !isInit) ?? own[0];
    if (!main || main.name === wish.service) return manifest;
    const object = structuredClone(manifest.object);
    object.metadata.annotations = { ...object.metadata.annotations, [annotation.container]: main.name };
    return { object, source: manifest.source };
  });
}

/** Reports whether an image stands for the one that a release builds: its repository ends in the service's name. */
export function isPlaceholder(image: unknown, service: string): boolean {
  if (typeof image !== 'string') return false;
  const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return repository === service || repository.endsWith(`/${service}`);
}

function candidatesIn(manifest: Manifest): Candidate[] {
  const inits = new Set(listAt(podTemplateOf(manifest.object), 'spec', 'initContainers'));
  return containersOf(manifest.object).flatMap((container) => {
    const { name, image } = container;
    if (typeof name !== 'string') return [];
    return [{ manifest, name, image: typeof image === 'string' ? image : '', isInit: inits.has(container) }];
  });
}

function chosenAmong(all: readonly Candidate[], wish: ContainerWish): readonly Candidate[] {
  const { service, container } = wish;
  if (container !== undefined) {
    const said = all.filter(({ name }) => name === container);
    if (said.length > 0) return said;
    throw noServiceContainer(
      all,
      wish,
      `The option \`container\` of ${service} is "${container}", and no container has this name.`,
    );
  }
  const named = all.filter(({ name }) => name === service);
  if (named.length > 0) return named;
  const standIns = all.filter(({ image }) => isPlaceholder(image, service));
  const serving = standIns.filter(({ isInit }) => !isInit);
  const twice = serving.filter((each) => serving.some((other) => other !== each && other.manifest === each.manifest));
  if (twice.length > 0)
    throw noServiceContainer(
      twice,
      wish,
      `${twice.length} containers of one pod have the image of ${service}: which of them serves is not said.`,
    );
  if (standIns.length > 0) return standIns;
  const others = all.filter(({ isInit }) => !isInit);
  if (others.length === 1) return others;
  throw noServiceContainer(
    all,
    wish,
    all.length === 0
      ? `None of the manifests in ${wish.folder} has a container.`
      : `None of the containers in its manifests is named "${service}" or has an image of this name, so none would run its image.`,
  );
}

function noServiceContainer(found: readonly Candidate[], { service }: ContainerWish, reason: string): Refusal {
  const evidence = found.map(
    ({ manifest: { object, source }, name, image }) =>
      `${source}: ${describeObject(object)} has the container ${name}${image === '' ? '' : ` (${image})`}`,
  );
  return new Refusal({
    type: 'no-service-container',
    doing: `put the image of ${service} into its manifests`,
    reason,
    remedy: `Name the container that runs the service "${service}", write \`image: ${service}\` there, or say which it is: \`"docker-release": {"options": {"container": "NAME"}}\` in its project.json.`,
    ...(evidence.length === 0 ? {} : { evidence }),
  });
}
