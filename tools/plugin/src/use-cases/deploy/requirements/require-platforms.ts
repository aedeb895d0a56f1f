import { listPlatforms } from '../../../model/build/runs-image.ts';
import type { Platform } from '../../../model/build/platform.ts';
import { environmentsFolder } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { ImageRef } from '../../../model/image/image-ref.ts';
import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { ClusterNode } from '../../../model/nodes/cluster-node.ts';
import { machinesOf, type Machines } from '../../../model/nodes/machines.ts';
import { platformFit } from '../../../model/nodes/platform-fit.ts';
import { workloadsWith } from '../../../model/nodes/release-workloads.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import type { DeployTarget } from '../plan-deploy.ts';

type Target = Pick<DeployTarget, 'release' | 'environment'>;

/** Workloads of a release, and what they may come to. */
interface Placed extends Target {
  readonly objects: readonly KubernetesObject[];
  readonly nodes: readonly ClusterNode[] | undefined;
  /** True when it is what was deployed there last, and got ready: what has changed is what is known of the machines. */
  readonly runsThere?: boolean;
}

/** A workload whose pods cannot run everywhere that they may come to. */
interface Misfit {
  readonly object: KubernetesObject;
  readonly image: readonly Platform[];
  readonly machines: Machines;
  readonly uncovered: readonly Platform[];
  /** True when no machine, or one that the environment's file names, runs it. */
  readonly isRefused: boolean;
}

/** Returns the nodes of an environment's cluster; undefined where its file says what they are, or they cannot be listed. */
export async function nodesOf(
  environment: DeployTarget['environment'],
  { cluster }: Pick<ReleasePorts, 'cluster'>,
): Promise<readonly ClusterNode[] | undefined> {
  return environment.platforms ? undefined : (await cluster(environment)).nodes();
}

/**
 * Makes sure that the machines of an environment run the image of a release. An image that is for some of the nodes is let
 * through with a warning, and so is what
 * runs there already. @param image undefined for one that is not there, or [] for one that does not say what it is for.
 * @throws {Refusal} when none of them runs it, or not all that the environment's file names.
 */
export function requirePlatforms(placed: Placed, image: readonly Platform[] | undefined, reporter: Reporter): void {
  const { service, buildNumber } = placed.release;
  const misfits = misfitsAmong(placed, image);
  const refused = misfits.find(({ isRefused }) => isRefused);
  if (refused && !placed.runsThere) {
    throw new Refusal({
      type: 'image-for-other-platforms',
      doing: `deploy ${service} ${buildNumber} to ${placed.environment.name}`,
      reason: `${capital(describeMisfit(placed, refused))}.`,
      remedy: remedyFor(placed, refused),
    });
  }
  for (const line of misfits.map((misfit) => lineOf(placed, misfit))) reporter.warn(line);
}

/** The same of a release that is gone back to, which nothing shall keep from it: sentences to warn with. */
export async function platformDoubts(
  { image, ...target }: Target & { readonly objects: readonly KubernetesObject[]; readonly image: ImageRef },
  ports: Pick<ReleasePorts, 'cluster' | 'registry'>,
): Promise<string[]> {
  const [nodes, platforms] = await Promise.all([
    nodesOf(target.environment, ports),
    ports.registry.platforms(image),
  ]).catch(() => []);
  return misfitsAmong({ ...target, nodes }, platforms).map((misfit) => lineOf({ ...target, nodes }, misfit));
}

function misfitsAmong(
  { release, environment, objects, nodes }: Placed,
  image: readonly Platform[] | undefined,
): Misfit[] {
  if (!image || image.length === 0) return [];
  return workloadsWith(release.imageDigest, objects).flatMap(({ object, template }) => {
    const machines = machinesOf(template, environment, nodes);
    const { fits = 'all', uncovered = [] } = machines ? platformFit(image, machines) : {};
    return machines && fits !== 'all' ? [{ object, image, machines, uncovered, isRefused: fits === 'none' }] : [];
  });
}

/** `the image of orders 20261124-1 is for linux/arm64; the nodes of preprod are linux/amd64`. */
function describeMisfit({ release, environment }: Placed, { object, image, machines }: Misfit): string {
  const what = `the image of ${release.service} ${release.buildNumber} is for ${listPlatforms(image)}`;
  const platforms = listPlatforms(machines.platforms);
  switch (machines.saidBy) {
    case 'environment':
      return `${what}; ${environment.name} runs on ${platforms}, as ${environmentsFolder}/${environment.name}.yaml says`;
    case 'nodes':
      return `${what}; the nodes of ${environment.name} are ${platforms}`;
    default:
      return `${what}; ${describeObject(object)} asks for nodes that are ${platforms}`;
  }
}

function remedyFor({ release, environment }: Placed, { machines, uncovered }: Misfit): string {
  const wanted = uncovered.map(String).join(', ');
  const rebuild = `nx run ${release.service}:release --rebuild`;
  if (machines.saidBy === 'selectors')
    return `Build it for one of these: name it in \`build.platforms\` of ${release.service}'s project.json, then \`${rebuild}\`. Or correct the selector.`;
  const file = `${environmentsFolder}/${environment.name}.yaml`;
  const where =
    machines.saidBy === 'environment'
      ? `Build it for ${wanted}, too: \`${rebuild}\` does, unless \`build.platforms\` of ${release.service}'s project.json says otherwise.`
      : `Build it for ${wanted}: \`platforms: [${wanted}]\` in ${file}, or \`build.platforms\` in ${release.service}'s project.json; then \`${rebuild}\`.`;
  return machines.saidBy === 'environment' ? `${where} Or correct \`platforms\` in ${file}.` : where;
}

function lineOf(placed: Placed, misfit: Misfit): string {
  const { environment } = placed;
  const crash = `pods of ${describeObject(misfit.object)} that come to ${listPlatforms(misfit.uncovered)} will crash`;
  const apart = misfit.isRefused
    ? ''
    : '; build it for these, too, or choose nodes by `nodeSelector: { kubernetes.io/arch: … }`';
  return `${environment.name}: ${describeMisfit(placed, misfit)}: ${crash}${apart}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
