import { describeObject, type KubernetesObject } from './kubernetes-object.ts';
import { Refusal } from '../errors/product-error.ts';
import { nameConfigMapsByContent } from './config-map-names.ts';
import { inKindOrder } from './kind-order.ts';
import { labelPods, refuseOverlaps, servingWorkload } from './pod-labels.ts';
import type { ManifestSource } from './source/manifest-source.ts';
import { refuseBadExceptions } from './rules/downtime/downtime-exceptions.ts';
import { refuseBadGenerated } from './rules/generated-values.ts';
import { refuseHugeNumbers } from './rules/number-range.ts';
import { refuseBadHealthWishes } from './rules/health-wish.ts';
import { refuseBadPatience } from './rules/rollout-patience.ts';
import { readEnvironmentManifests } from './source/environment-manifests.ts';
import { refuseBadNames } from './object-names.ts';
import { acceptDowntime } from './rules/downtime/accept-downtime.ts';
import { markServiceContainers } from './service-container.ts';
import { finishJobs, jobsFolder, refuseJobsAmong } from './release-jobs.ts';
import { annotateRelease, labelObject, setImage } from './release-labels.ts';
import { onlyWithVariables } from './source/only-with.ts';
import { substitute } from './source/substitute.ts';
import type { RenderRequest } from './render-request.ts';
import type { Manifest } from './source/manifest.ts';

/** Manifests ready to be applied. */
export interface Rendered {
  /** In the order of applying. */
  readonly objects: KubernetesObject[];
  /** Jobs that run before the rollout, once per release, one after the other in the order of their files. */
  readonly jobs: KubernetesObject[];
  /** Where an object was written, by `Deployment orders`. */
  readonly sources: ReadonlyMap<string, ManifestSource>;
}

/** Makes a service's manifests for one environment and release. @throws {Refusal} naming file and object. */
export function renderManifests(request: RenderRequest): Rendered {
  const { release, environment, folder } = request;
  const variables = { ...builtInVariables(request), ...request.variables, ...environment.variables };
  const read = (from: string) => onlyWithVariables(readManifests(request, from), variables, environment.name);
  const merged = read(folder);
  const mergedJobs = read(`${folder}/${jobsFolder}`);
  if (merged.length + mergedJobs.length === 0) throw nothingToApply(request);
  const substituted = substitute([...merged, ...mergedJobs], variables, environment.name);
  refuseBadNames(substituted);
  refuseHugeNumbers(substituted);
  refuseBadGenerated(substituted, 'service');
  refuseBadPatience(substituted);
  refuseBadHealthWishes(substituted);
  refuseBadExceptions(substituted);
  refuseJobsAmong(substituted.slice(0, merged.length), folder);
  const { container } = request;
  const marked = markServiceContainers(nameConfigMapsByContent(substituted), {
    service: release.service,
    container,
    folder,
  });
  const all = acceptDowntime(marked, release.service, request.downtimeReason);
  const manifests = all.slice(0, merged.length);
  const serving = servingWorkload(
    manifests.map(({ object }) => object),
    release.service,
  );
  const finished = manifests.map(({ object, source }) => ({
    object: finish(object, request, object === serving),
    source,
  }));
  refuseOverlaps(finished);
  const objects = inKindOrder(finished.map(({ object }) => object));
  const jobs = finishJobs(all.slice(merged.length), objects, request);
  return {
    objects,
    jobs: jobs.map(({ object }) => object),
    sources: new Map([...finished, ...jobs].map(({ object, source }) => [describeObject(object), source])),
  };
}

/** Names that every manifest may use. An environment's own variables win over them. */
export function builtInVariables({
  release,
  environment,
  image,
}: Pick<RenderRequest, 'release' | 'environment' | 'image'>): Record<string, string> {
  return {
    SERVICE: release.service,
    ENVIRONMENT: environment.name,
    NAMESPACE: environment.namespace,
    IMAGE: image.toString(),
    BUILD_NUMBER: release.buildNumber.toString(),
    COMMIT: release.commit,
  };
}

/** Reads a folder's manifests, with its environment's overlay on top. */
function readManifests(request: RenderRequest, folder: string): Manifest[] {
  const { environment, environmentNames, folder: all } = request;
  // Jobs have their own time: before the rollout, once per release.
  const isLater = (path: string) => folder === all && path.startsWith(`${all}/${jobsFolder}/`);
  const texts = new Map([...request.texts].filter(([path]) => !isLater(path)));
  return readEnvironmentManifests({ texts, folder, environment, environmentNames });
}

/** Gives an object what makes it this release's, in this environment. */
function finish(object: KubernetesObject, request: RenderRequest, isServing: boolean): KubernetesObject {
  const finished = structuredClone(object);
  labelObject(finished, request);
  labelPods(finished, request.release.service, isServing);
  if (setImage(finished, request)) annotateRelease(finished, request);
  return finished;
}

function nothingToApply({ folder, release }: RenderRequest): Refusal {
  return new Refusal({
    type: 'no-manifests',
    doing: `read the Kubernetes manifests of ${release.service}`,
    reason: `There is no manifest in ${folder}.`,
    remedy:
      'Put a Deployment and a Service there (`nx g @poc/plugin:service` writes them for a new service), or a CronJob.',
  });
}
