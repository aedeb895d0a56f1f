import { BuildNumber } from '../../model/release/build-number.ts';
import type { Environment } from '../../model/environment/environment.ts';
import type { Release } from '../../model/release/release.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { DeployTarget } from '../deploy/plan-deploy.ts';
import { requireSigningKey } from '../verify/require-signatures.ts';
import type { ImageRequest } from './build-image.ts';
import { registriesOf, releaseRegistry } from './release-registries.ts';
import type { ReleaseProgress } from './release-progress.ts';
import type { ReleaseRequest } from './release.ts';

/** A release that is under way, and what its steps share. */
export interface ReleaseRun {
  readonly request: ReleaseRequest;
  readonly image: ImageRequest;
  readonly ports: ReleasePorts;
  readonly reporter: Reporter;
  readonly progress: ReleaseProgress;
}

/** Returns the environments whose clusters are reached. */
export function reached({ only, targets }: ReleaseRequest): readonly Environment[] {
  return only === 'build' ? [] : targets;
}

/** Returns how a release is deployed to one of the environments. */
export function targetOf(request: ReleaseRequest, environment: Environment, release: Release): DeployTarget {
  const { service, actor, allowDowntime, allowBreaking = false, adopt } = request;
  return {
    service,
    release,
    environment,
    environmentNames: request.environments.map(({ name }) => name),
    imageSources: [releaseRegistry(request.environments, request.targets), ...registriesOf(request.environments)],
    actor,
    allowDowntime,
    allowBreaking,
    adopt,
  };
}

/** Stands for a release that does not exist yet, where its number and digest do not matter. */
export function unbuilt({ service, revision }: ImageRequest, { clock }: Pick<ReleasePorts, 'clock'>): Release {
  return {
    service: service.name,
    buildNumber: BuildNumber.first(clock()),
    ...revision,
    imageDigest: `sha256:${'0'.repeat(64)}`,
  };
}

/** Reports whether the tag is to be signed. @throws {Refusal} when it is, and cannot be. */
export function canSign({ request: { service, environments, mainBranch }, ports }: ReleaseRun): Promise<boolean> {
  return requireSigningKey(environments, { mainBranch, doing: `release ${service.name}` }, ports);
}
