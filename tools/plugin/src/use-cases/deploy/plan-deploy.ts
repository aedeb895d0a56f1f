import type { Actor } from '../../model/release/actor.ts';
import { environmentsFolder, type Environment } from '../../model/environment/environment.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import type { DowntimeException } from '../../model/manifests/rules/downtime/downtime-exceptions.ts';
import {
  downtimeExceptions,
  downtimeRefusal,
  downtimeRisks,
  needlessExceptions,
} from '../../model/manifests/rules/downtime/no-downtime.ts';
import { refuseHugeRecord } from '../../model/manifests/rules/record-size.ts';
import { renderManifests, type Rendered } from '../../model/manifests/render.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import type { ChangeSet, Cluster, Plan } from '../../ports/cluster.ts';
import type { DeploymentMark } from './lock-service.ts';
import { requireEndpoints } from './requirements/require-endpoints.ts';
import { requireRoutes } from './requirements/require-routes.ts';
import { requireProvisioning } from './requirements/provisioning-needs.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import { checkoutManifests, releaseManifests } from './release-manifests.ts';
import type { RevisionCheck } from '../facade/publish-request.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/** A release and the environment to deploy it to. */
export interface DeployTarget {
  readonly service: ServiceSource;
  readonly release: Release;
  readonly environment: Environment;
  /** Names of all environments: a manifest named like one is that one's overlay. */
  readonly environmentNames: readonly string[];
  /** Registries that may have the image where the environment's own has not, the likeliest first. */
  readonly imageSources?: readonly string[] | undefined;
  readonly actor: Actor;
  /** Deploys manifests that cannot keep the promise of no downtime; a text is why, and is written on the workloads. */
  readonly allowDowntime: boolean | string;
  /** Publishes in a protected environment also what may break clients. */
  readonly allowBreaking?: boolean;
  /** Checks what is published before clients find it. */
  readonly check?: RevisionCheck | undefined;
  /** Takes over objects that belong to another service or another deployer. */
  readonly adopt: boolean;
  /** Takes the manifests as they lie on the disk instead of the release's own: to compare them, never to deploy them. */
  readonly manifests?: 'working-tree';
}

/** The predicted effect of a deploy. */
export interface DeployPlan {
  readonly cluster: Cluster;
  readonly plan: Plan;
  readonly objects: readonly KubernetesObject[];
  /** Run before the workloads are replaced. */
  readonly jobs: readonly KubernetesObject[];
  readonly changes: ChangeSet;
  /** Workloads that may fail requests in it, because their manifests say why that is accepted. */
  readonly exceptions: readonly DowntimeException[];
  /** The program that rendered them: `helm 4.3.0`; undefined where they are plain. */
  readonly renderedBy: string | undefined;
  /** The newest deployment before it was planned: with another one, it is planned again. */
  readonly plannedAfter: DeploymentMark | undefined;
}

/**
 * Renders a release for an environment and dry-runs every object of it there. Changes nothing.
 * @throws {Refusal} for everything that would make the deploy impossible or unsafe.
 */
export async function planDeploy(target: DeployTarget, ports: ReleasePorts, reporter: Reporter): Promise<DeployPlan> {
  const { service, release, environment } = target;
  const doing = `deploy ${service.name} ${release.buildNumber} to ${environment.name}`;
  if (release.dirty && !environment.allowDirty) {
    throw new Refusal({
      type: 'dirty-not-allowed',
      doing,
      reason: `${environment.name} does not accept builds of uncommitted changes.`,
      remedy: `Commit the changes and release again, or set \`allowDirty: true\` in ${environmentsFolder}/${environment.name}.yaml.`,
    });
  }
  const connecting = ports.cluster(environment).then(async (cluster) => {
    await cluster.check();
    // Before anything is looked at: what is deployed from here on makes the plan an old one.
    const [plannedAfter] = await cluster.newest(service.name);
    return { cluster, plannedAfter };
  });
  // Whichever of the two fails first is reported; the other must not be an unhandled rejection then.
  connecting.catch(() => undefined);
  const { objects, jobs, sources, renderedBy } = await renderRelease(target, ports, reporter);
  const { cluster, plannedAfter } = await connecting;
  await requireProvisioning(objects, environment, cluster, doing);
  const plan = await cluster.plan(service.name, objects, { adopt: target.adopt, jobs, workspace: service.partOf });
  const exceptions = await takenExceptions(target, { cluster, plan, objects }, reporter);
  await requireRoutes(target, { objects, sources }, { cluster, plan }, reporter);
  for (const line of needlessExceptions(objects, exceptions, sources)) reporter.warn(line);
  return { cluster, plan, objects, jobs, changes: plan.changes, exceptions, renderedBy, plannedAfter };
}

/**
 * Returns the workloads that may fail requests in a deploy, because their manifests say why that is accepted.
 * @throws {Refusal} when a Service would find no pods for a while, and nobody accepts it.
 */
export async function takenExceptions(
  target: Pick<DeployTarget, 'service' | 'environment' | 'allowDowntime'>,
  { cluster, plan, objects }: Pick<DeployPlan, 'cluster' | 'plan' | 'objects'>,
  reporter: Reporter,
): Promise<readonly DowntimeException[]> {
  const lost = await requireEndpoints(target, objects, { cluster, plan }, reporter);
  return downtimeExceptions(target.service.name, objects, lost);
}

/**
 * Renders a release's manifests for an environment.
 * @throws {Refusal} for what is wrong in them, or cannot keep the promise of no downtime.
 */
export async function renderRelease(
  target: DeployTarget,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<Rendered & Pick<DeployPlan, 'renderedBy'>> {
  const { service, release, environment, environmentNames, actor, allowDowntime, manifests } = target;
  const image = ImageRef.of(environment.registry, service.name, release.buildNumber.toString(), release.imageDigest);
  const read =
    manifests === 'working-tree'
      ? await checkoutManifests(target, ports)
      : await releaseManifests(target, release, ports);
  const { texts, folder, form, renderedBy } = read;
  const { partOf, container } = service;
  const downtimeReason = typeof allowDowntime === 'string' ? allowDowntime : service.downtimeReason;
  const { objects, jobs, sources } = renderManifests({
    texts,
    folder,
    form,
    environment,
    environmentNames,
    release,
    image,
    actor,
    partOf,
    container,
    downtimeReason,
  });
  refuseHugeRecord(service.name, objects, sources);
  const risks = downtimeRisks(service.name, objects, sources);
  const refused = risks.some(({ severity }) => severity === 'refuse');
  if (refused && allowDowntime !== true) throw downtimeRefusal(service.name, environment.name, risks);
  for (const { line } of risks) reporter.warn(line);
  return { objects, jobs, sources, renderedBy };
}
