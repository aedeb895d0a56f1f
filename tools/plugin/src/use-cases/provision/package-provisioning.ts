import { shortCommit } from '../../model/commits/commit.ts';
import { packageTag, type ProvisioningPackage } from '../../model/provision/provisioning-package.ts';
import { provisioningName } from '../../model/release/service-name.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { PackageTags } from '../../ports/repository/package-tags.ts';
import type { ReleaseTags } from '../../ports/repository/release-tags.ts';
import type { TagSignatures } from '../../ports/repository/tag-signatures.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import {
  environmentsFolder,
  releasedBranches,
  takesSignedTags,
  type Environment,
} from '../../model/environment/environment.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';
import { ProvisioningManifests, type ReadEnvironments } from './provisioning-manifests.ts';
import { isOnReleasedBranch } from '../verify/require-released-branch.ts';
import { requireSigningKey, unsignedTag } from '../verify/require-signatures.ts';
import { verifyPackage } from './verify-package.ts';
import { isAncestor } from '../observe/is-ancestor.ts';
import { checkedOutSource, newestPackage, type ProvisioningSource } from './provisioning-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { explainDayToCome, reserveBuildNumber } from '../release/reserve-build-number.ts';

type Ports = Pick<ReleasePorts, 'repository' | 'registry' | 'clock'>;

/** Conditions under which versions that others made are believed. */
export interface PackageTrust {
  /** The branches that they must be of: those that an environment takes, or the main one alone. */
  readonly environment: Pick<Environment, 'name' | 'allowBranches' | 'allowDirty' | 'protected' | 'verify'>;
  readonly mainBranch: string;
  /** The request, as a clause. */
  readonly doing: string;
}

/** Where no environment is meant, the main branch alone. */
const noEnvironment = { name: '', allowBranches: false, allowDirty: false, protected: true };
const doingPackage = "package the clusters' configuration";

/** The result of packaging. */
export type PackageResult =
  /** The checkout's configuration has this version: since now, or already. */
  | { readonly state: 'made' | 'known'; readonly package: ProvisioningPackage }
  /** A newer commit's configuration was packaged, and the checkout's is an older one. */
  | { readonly state: 'superseded'; readonly package: ProvisioningPackage };

/**
 * Gives the clusters' configuration of the checkout a version, which is a git tag. Nothing new where the newest package
 * has the same content.
 * @throws {Refusal} when there are mistakes in it, or changes of it that no commit holds, or the origin refuses.
 */
export async function packageProvisioning(
  readEnvironments: ReadEnvironments,
  mainBranch: string,
  ports: Ports,
  reporter: Reporter,
): Promise<PackageResult> {
  const source = await checkedOutSource(ports);
  const known = await packageOf(source, await trustOf(source, readEnvironments, mainBranch, ports), ports, reporter);
  return (
    known ?? { state: 'made', package: await makePackage(source, { readEnvironments, mainBranch }, ports, reporter) }
  );
}

/**
 * Returns what packaging would come to, without changing anything.
 * @throws {Refusal} what packaging would refuse.
 */
export async function previewPackaging(
  readEnvironments: ReadEnvironments,
  mainBranch: string,
  ports: Pick<ReleasePorts, 'repository'>,
  reporter: Reporter,
): Promise<PackageResult | { readonly state: 'planned'; readonly source: ProvisioningSource }> {
  const source = await checkedOutSource(ports);
  const known = await packageOf(source, await trustOf(source, readEnvironments, mainBranch, ports), ports, reporter);
  if (known) return known;
  const environments = await renderAll(source, readEnvironments, ports);
  await requireSigningKey(environments, { mainBranch, doing: doingPackage }, ports);
  return { state: 'planned', source };
}

/**
 * The package that stands for a commit's configuration, or in its way; undefined when one is to be made. One of a commit that
 * is neither part of the checkout nor of a branch that counts does neither: whoever may push tags makes such ones.
 * @throws {Refusal} when the newest one is not what its commit holds.
 */
export async function packageOf(
  source: ProvisioningSource,
  trust: PackageTrust,
  ports: WithRepository<Commits & ReleaseTags & PackageTags & SourceFiles & TagSignatures>,
  reporter: Reporter,
): Promise<PackageResult | undefined> {
  const newest = await newestPackage(ports);
  if (!newest) return undefined;
  await verifyPackage(newest, trust.doing, ports);
  const { commit } = newest;
  const isHere = commit === source.commit || (await isAncestor(commit, source.commit, ports));
  if (!isHere && !(await isOnReleasedBranch({ ...trust, commit }, ports))) {
    const branches = releasedBranches(trust.environment, trust.mainBranch).join(' or ');
    reporter.warn(
      `${packageTag(newest.version)} does not count: its commit ${shortCommit(commit)} is not part of ${branches} at the origin`,
    );
    return undefined;
  }
  const unsigned = await unsignedTag(packageTag(newest.version), [trust.environment], trust, ports);
  if (unsigned !== undefined) {
    reporter.warn(`${packageTag(newest.version)} does not count: ${unsigned}`);
    return undefined;
  }
  if (newest.contentHash === source.contentHash) return { state: 'known', package: newest };
  // A run of an older commit must not make its configuration the newest.
  if (await isAncestor(source.commit, commit, ports)) return { state: 'superseded', package: newest };
  return undefined;
}

/** Takes the next number for a configuration that can be rendered for all environments, and tags its commit. */
export async function makePackage(
  source: ProvisioningSource,
  { readEnvironments, mainBranch }: { readonly readEnvironments: ReadEnvironments; readonly mainBranch: string },
  ports: Ports,
  reporter: Reporter,
): Promise<ProvisioningPackage> {
  const environments = await renderAll(source, readEnvironments, ports);
  const sign = await requireSigningKey(environments, { mainBranch, doing: doingPackage }, ports);
  const request = { service: provisioningName, registries: [], buildNumber: undefined };
  const made = { version: await reserveBuildNumber(request, source.commit, ports), ...source };
  const dayToCome = explainDayToCome(provisioningName, made.version, ports.clock());
  if (dayToCome !== undefined) reporter.warn(dayToCome);
  await ports.repository.tagPackage(made, { sign });
  reporter.step(`tagged ${shortCommit(source.commit)} as ${packageTag(made.version)}`);
  if ((await ports.repository.originUrl()) === undefined)
    reporter.warn('there is no remote "origin": numbers and tags are kept in this clone only');
  return made;
}

/** Believed is what is of the main branch and, where one of the commit's environments asks for it, signed. */
async function trustOf(
  { commit }: ProvisioningSource,
  readEnvironments: ReadEnvironments,
  mainBranch: string,
  { repository }: Pick<ReleasePorts, 'repository'>,
): Promise<PackageTrust> {
  const environments = await readEnvironments(await repository.texts(commit, environmentsFolder));
  const asking = environments.find(takesSignedTags);
  const environment = { ...noEnvironment, ...(asking?.verify ? { verify: asking.verify } : {}) };
  return { environment, mainBranch, doing: doingPackage };
}

/** Renders a configuration for all environments. @returns them. @throws {Refusal} when there are mistakes in it. */
async function renderAll(
  { commit }: ProvisioningSource,
  readEnvironments: ReadEnvironments,
  ports: Pick<ReleasePorts, 'repository'>,
): Promise<readonly Environment[]> {
  const manifests = await ProvisioningManifests.at(commit, readEnvironments, ports);
  for (const environment of manifests.environments) {
    manifests.render(environment);
    manifests.instance(environment);
  }
  return manifests.environments;
}
