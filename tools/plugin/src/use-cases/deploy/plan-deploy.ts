import type { Actor } from '../../model/release/actor.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { ImageRef } from '../../model/release/image-ref.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { downtimeRefusal, downtimeRisks } from '../../model/manifests/rules/no-downtime.ts';
import { refuseHugeRecord } from '../../model/manifests/rules/record-size.ts';
import { renderManifests, type Rendered } from '../../model/manifests/render.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import type { ChangeSet, Cluster, Plan } from '../../ports/cluster.ts';
import type { DeploymentMark } from './lock-service.ts';
import { requireProvisioning } from './provisioning-needs.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import { checkoutManifests, releaseManifests } from './release-manifests.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/** A release and the environment to deploy it to. */
export interface DeployTarget {
  readonly service: ServiceSource;
  readonly release: Release;
  readonly environment: Environment;
  /** Names of all environments: a manifest named like one is that one's overlay. */
  readonly environmentNames: readonly string[];
  readonly actor: Actor;
  /** Deploys manifests that cannot keep the promise of no downtime. */
  readonly allowDowntime: boolean;
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
      remedy: 'Commit the changes and release again, or set `allowDirty: true` in the environment file.',
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
  const { objects, jobs } = await renderRelease(target, ports, reporter);
  const { cluster, plannedAfter } = await connecting;
  await requireProvisioning(objects, environment, cluster, doing);
  const plan = await cluster.plan(service.name, objects, { adopt: target.adopt, jobs, workspace: service.partOf });
  return { cluster, plan, objects, jobs, changes: plan.changes, plannedAfter };
}

/**
 * Renders a release's manifests for an environment.
 * @throws {Refusal} for what is wrong in them, or cannot keep the promise of no downtime.
 */
export async function renderRelease(
  { service, release, environment, environmentNames, actor, allowDowntime, manifests }: DeployTarget,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<Pick<Rendered, 'objects' | 'jobs'>> {
  const image = ImageRef.of(environment.registry, service.name, release.buildNumber.toString(), release.imageDigest);
  const texts =
    manifests === 'working-tree'
      ? await checkoutManifests(service, ports)
      : await releaseManifests(service, release, ports);
  const folder = `${service.root}/k8s`;
  const { partOf } = service;
  const { objects, jobs, sources } = renderManifests({
    texts,
    folder,
    environment,
    environmentNames,
    release,
    image,
    actor,
    partOf,
  });
  refuseHugeRecord(service.name, objects, sources);
  const risks = downtimeRisks(service.name, objects, sources);
  const refused = risks.some(({ severity }) => severity === 'refuse');
  if (refused && !allowDowntime) throw downtimeRefusal(service.name, environment.name, risks);
  for (const { line } of risks) reporter.warn(line);
  return { objects, jobs };
}

/** @throws {Refusal} when the environment's registry no longer has the release's image. */
export async function requireImage(
  { service, release, environment }: Pick<DeployTarget, 'service' | 'release' | 'environment'>,
  { registry }: Pick<ReleasePorts, 'registry'>,
): Promise<void> {
  const image = ImageRef.of(environment.registry, service.name, release.buildNumber.toString(), release.imageDigest);
  if ((await registry.digest(image)) !== undefined) return;
  throw new Refusal({
    type: 'image-missing',
    doing: `deploy ${service.name} ${release.buildNumber} to ${environment.name}`,
    reason: `The registry ${environment.registry} does not have ${image}.`,
    remedy: 'Choose another release, or push the image there again by its digest.',
  });
}
