import { shortCommit } from '../../model/commits/commit.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { InstanceConfiguration } from '../../model/facade/instance/read-instance-files.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { ProvisioningManifests, type ReadEnvironments } from './provisioning-manifests.ts';
import type { ProvisioningSource } from './provisioning-source.ts';

/** For whom a configuration is rendered. */
export interface SourceRequest {
  readonly environment: Environment;
  readonly readEnvironments: ReadEnvironments;
  readonly dryRun: boolean;
}

/** A configuration as it is to be in an environment. */
export interface RenderedSource {
  readonly environment: Environment;
  readonly objects: readonly KubernetesObject[];
  /** For the environment's instance of API Management; undefined where it has none, or no file speaks of it. */
  readonly instance: InstanceConfiguration | undefined;
}

/**
 * Renders a commit's configuration with the values of the same commit: a version is what it was when it was tried. How the
 * cluster is reached, and whether it is protected, is a matter of today. A dry run decrypts nothing: it is for who may not.
 * @throws {Refusal} when there are mistakes in it, or an encrypted Secret cannot be decrypted.
 */
export async function renderSource(
  { commit }: ProvisioningSource,
  { environment: today, readEnvironments, dryRun }: SourceRequest,
  { repository, secretFiles }: Pick<ReleasePorts, 'repository' | 'secretFiles'>,
): Promise<RenderedSource> {
  const manifests = await ProvisioningManifests.at(commit, readEnvironments, { repository });
  const then = manifests.environments.find(({ name }) => name === today.name);
  if (!then) {
    throw new Refusal({
      type: 'no-such-environment',
      doing: `provision ${today.name}`,
      reason: `At ${shortCommit(commit)} there was no environment of this name yet.`,
      remedy: 'Choose a newer version with `--tag`.',
    });
  }
  const { facade: _, ...rest } = then;
  const reached = { cluster: today.cluster, ...(today.facade ? { facade: today.facade } : {}) };
  const environment = { ...rest, ...reached, protected: today.protected };
  const objects = dryRun ? manifests.render(environment) : await manifests.renderUnlocked(environment, secretFiles);
  return { environment, objects, instance: manifests.instance(environment) };
}
