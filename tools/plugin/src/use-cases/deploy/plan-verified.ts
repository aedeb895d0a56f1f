import { allEnded } from '../../model/concurrency/all-ended.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { Reporter } from '../../ports/reporter.ts';
import { planServicePublication } from '../facade/plan-service-publication.ts';
import type { ServicePublication } from '../facade/service-publication.ts';
import { verifyRelease, type Trust } from '../verify/verify-release.ts';
import { findImage, type ImageSupply } from './image-supply.ts';
import { nodesOf, requirePlatforms } from './requirements/require-platforms.ts';
import { planDeploy, type DeployPlan, type DeployTarget } from './plan-deploy.ts';

/** The predicted effect of deploying a release that is what it is said to be. */
export interface VerifiedPlan {
  readonly plan: DeployPlan;
  /** Undefined where there is no door besides the gateway, or no description. */
  readonly publication: ServicePublication | undefined;
  /** Where its image is. */
  readonly supply: ImageSupply;
  /** The refusals of its verification that `force` overrode. */
  readonly lifted: readonly string[];
}

/**
 * Verifies a release, and plans to deploy and publish it. Changes nothing.
 * @throws {Refusal} for everything that would make it impossible or unsafe; before all else, that it is not to be believed.
 */
export async function planVerified(
  target: DeployTarget,
  trust: Trust,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<VerifiedPlan> {
  const finding = findImage(target, ports);
  const verifying = finding.then(({ image }) => verifyRelease({ ...target, image }, trust, ports));
  const planning = planDeploy(target, ports, reporter);
  const publishing = planServicePublication(target, ports);
  const fitting = requireFit(target, { finding, planning }, ports, reporter);
  await allEnded([verifying, planning, publishing, fitting]);
  return { plan: await planning, publication: await publishing, supply: await finding, lifted: await verifying };
}

/** Compares the image with the machines, beside all else. @throws {Refusal} when the machines there do not run the image. */
async function requireFit(
  target: DeployTarget,
  { finding, planning }: { readonly finding: Promise<ImageSupply>; readonly planning: Promise<DeployPlan> },
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<void> {
  const [platforms, nodes, { objects, jobs, plannedAfter }] = await Promise.all([
    finding.then(({ image }) => ports.registry.platforms(image)),
    nodesOf(target.environment, ports),
    planning,
  ]);
  const runsThere =
    plannedAfter?.outcome === 'succeeded' && plannedAfter.release.imageDigest === target.release.imageDigest;
  requirePlatforms({ ...target, objects: [...objects, ...jobs], nodes, runsThere }, platforms, reporter);
}
