import type { Environment } from '../environment/environment.ts';
import { Refusal } from '../errors/product-error.ts';
import { ImageRef } from '../image/image-ref.ts';
import { describeObject } from '../manifests/kubernetes-object.ts';
import { renderManifests, type Rendered } from '../manifests/render.ts';
import type { ManifestForm } from '../manifests/rendering/manifest-form.ts';
import { refuseHugeRecord } from '../manifests/rules/record-size.ts';
import { downtimeRisks } from '../manifests/rules/downtime/no-downtime.ts';
import { isRollout, serviceContainerOf } from '../manifests/rules/pod-templates.ts';
import { annotation } from '../product/wire-names.ts';
import { BuildNumber } from '../release/build-number.ts';
import type { Release } from '../release/release.ts';
import type { Adoption, Left, Mended } from './adoption.ts';
import { ManifestDocuments } from './manifest-documents.ts';
import { mendFolder } from './mend-folder.ts';
import { mendRisk } from './mend-workload.ts';

/** A service whose manifests are to be such as `release` takes them. */
export interface AdoptionRequest {
  readonly service: string;
  /** Where its manifests are: `apps/shop/k8s`. */
  readonly folder: string;
  /** How they are written: hooks of Helm are read in what was rendered only. */
  readonly form?: ManifestForm['kind'];
  /** Texts of the files in there, by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** At least one; of a workspace without any, one that stands for it. */
  readonly environments: readonly Pick<Environment, 'name' | 'namespace' | 'registry' | 'variables'>[];
  /** The container that gets the image, where the service's options name it. */
  readonly container?: string | undefined;
  /** Why its requests may fail while it is released: it is written on its workloads, and lifts the rules. */
  readonly allowDowntime?: string | undefined;
  /** The same, where its options say so already. */
  readonly downtimeReason?: string | undefined;
}

/** Each round mends at least one thing; there are never so many. */
const mostRounds = 100;

/**
 * Finds all that `release` would refuse of a service's manifests, and puts right what it can: by the rules of the release itself,
 * which are asked again after each edit until they find nothing, or nothing that can be mended.
 */
export function adoptManifests(request: AdoptionRequest): Adoption {
  let texts = new Map(request.texts);
  const first = new ManifestDocuments(texts);
  const folder = mendFolder(first, [...new Set(request.environments.map(({ namespace }) => namespace))]);
  texts = first.now();
  const mended: Mended[] = [...folder.mended];
  const left = new Map<string, Left>();
  for (const environment of request.environments) {
    const given = new Set<string>();
    for (let round = 0; round < mostRounds; round++) {
      const found = mendOne(request, environment, texts, given);
      if ('left' in found) {
        for (const each of found.left) left.set(each.finding, each);
        break;
      }
      mended.push(found.mended);
      texts = found.texts;
    }
  }
  const { secrets, clusterObjects } = folder;
  return { mended, left: [...left.values()], texts, secrets, clusterObjects };
}

type Round = { readonly mended: Mended; readonly texts: Map<string, string> } | { readonly left: readonly Left[] };

/** Mends the first thing that can be mended in one environment. @param given what could not be, which is kept. */
function mendOne(
  request: AdoptionRequest,
  environment: AdoptionRequest['environments'][number],
  texts: ReadonlyMap<string, string>,
  given: Set<string>,
): Round {
  const { service, folder } = request;
  let rendered: Rendered;
  try {
    rendered = rendering(request, environment, texts);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { reason, evidence, remedy } = error.facts;
    return { left: (evidence ?? [reason]).map((finding) => ({ finding, hint: remedy })) };
  }
  const { objects, sources } = rendered;
  const files = new ManifestDocuments(texts);
  if (request.allowDowntime !== undefined) {
    const edit = accept(request.allowDowntime, objects, service, files);
    if (edit) return { mended: edit, texts: files.now() };
  }
  const risks = downtimeRisks(service, objects, sources).filter(({ severity }) => severity === 'refuse');
  const [next] = risks.filter(({ line }) => !given.has(line));
  if (!next) {
    const hint = `Change it, or say why it is accepted: \`--allow-downtime="…"\` writes that on the workload.`;
    return { left: risks.map(({ line }) => ({ finding: line, hint })) };
  }
  const edit = mendRisk(next, { service, folder, environment: environment.name, files, objects });
  if (edit !== undefined) return { mended: { finding: next.line, edit }, texts: files.now() };
  given.add(next.line);
  return mendOne(request, environment, texts, given);
}

/** Renders as a release does. @throws {Refusal} */
function rendering(
  { service, folder, environments, container, downtimeReason, form = 'plain' }: AdoptionRequest,
  environment: AdoptionRequest['environments'][number],
  texts: ReadonlyMap<string, string>,
): Rendered {
  const release = anyRelease(service);
  const { buildNumber, imageDigest } = release;
  const rendered = renderManifests({
    ...{ texts, folder, environment, release, container, downtimeReason, form },
    environmentNames: environments.map(({ name }) => name),
    image: ImageRef.of(environment.registry, service, buildNumber.toString(), imageDigest),
    actor: { person: 'nobody', run: 'nowhere' },
    partOf: service,
  });
  refuseHugeRecord(service, rendered.objects, rendered.sources);
  return rendered;
}

function anyRelease(service: string): Release {
  const zeros = (digits: number) => '0'.repeat(digits);
  return {
    service,
    buildNumber: BuildNumber.first(new Date(0)),
    commit: zeros(40),
    imageDigest: `sha256:${zeros(64)}`,
    contentHash: `sha256:${zeros(64)}`,
    dirty: false,
  };
}

/** Writes on the first workload that gives none why its requests may fail. */
function accept(
  reason: string,
  objects: Rendered['objects'],
  service: string,
  files: ManifestDocuments,
): Mended | undefined {
  const at = ['metadata', 'annotations', annotation.allowDowntime];
  const isOpen = downtimeRisks(service, objects).some(({ severity }) => severity === 'refuse');
  if (!isOpen) return undefined;
  for (const object of objects.filter((each) => isRollout(each) && serviceContainerOf(each, service))) {
    if (object.metadata.annotations?.[annotation.allowDowntime] !== undefined) continue;
    const place = files.all().find(({ kind, name }) => kind === object.kind && name === object.metadata.name);
    if (!place) continue;
    files.set(place, at, reason);
    const finding = `${place.path}: ${describeObject(object)} cannot keep the promise that no request fails.`;
    return { finding, edit: `${annotation.allowDowntime} says why that is accepted` };
  }
  return undefined;
}
