import { hashContent } from '../../model/content/content-hash.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { environmentsFolder } from '../../model/environment/environment.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { instanceFolder } from '../../model/facade/instance/read-instance-files.ts';
import { nothingToProvision, provisioningFolder } from '../../model/provision/render-provisioning.ts';
import type { ProvisioningPackage } from '../../model/provision/provisioning-package.ts';
import { provisioningName } from '../../model/release/service-name.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { PackageTags } from '../../ports/repository/package-tags.ts';
import type { ReleaseTags } from '../../ports/repository/release-tags.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

/** The folders of the clusters' configuration: nothing else is part of it. */
const folders = () => [provisioningFolder, instanceFolder, environmentsFolder];
const mostPathsShown = 10;

type Packages = WithRepository<ReleaseTags & PackageTags>;

/** The clusters' configuration as a commit holds it, whether it has a version or not. */
export type ProvisioningSource = Pick<ProvisioningPackage, 'commit' | 'contentHash'>;

/**
 * Returns the configuration that would be provisioned from the checkout.
 * @throws {Refusal} when the configuration has uncommitted changes, or there is none.
 */
export async function checkedOutSource({
  repository,
}: WithRepository<Commits & SourceFiles>): Promise<ProvisioningSource> {
  const [commit, dirty] = await Promise.all([repository.headCommit(), repository.dirtyPaths()]);
  const own = dirty.filter((path) => folders().some((folder) => path.startsWith(`${folder}/`)));
  if (own.length > 0) throw dirtyRefusal(own);
  return sourceAt(commit, { repository });
}

/** Returns the configuration of a commit. @throws {Refusal} when there is none. */
export async function sourceAt(
  commit: string,
  { repository }: WithRepository<SourceFiles>,
): Promise<ProvisioningSource> {
  const files = await repository.blobs(commit, folders());
  if (![...files.keys()].some((path) => path.startsWith(`${provisioningFolder}/`))) throw nothingToProvision();
  return { commit, contentHash: hashContent({ files, packages: [] }) };
}

/** The newest package, or undefined when there is none. */
export async function newestPackage({ repository }: Packages): Promise<ProvisioningPackage | undefined> {
  const versions = (await repository.releaseTags(provisioningName)).map(({ buildNumber }) => buildNumber);
  for (const version of versions.sort(BuildNumber.compare).reverse()) {
    // A tag of that name which tells of no package is somebody else's.
    const found = await repository.readPackage(version);
    if (found) return found;
  }
  return undefined;
}

/** The package that a user means. @throws {Refusal} naming the newest ones when there is none. */
export async function findPackage(version: BuildNumber, { repository }: Packages): Promise<ProvisioningPackage> {
  const found = await repository.readPackage(version);
  if (found) return found;
  const known = (await repository.releaseTags(provisioningName)).map(({ buildNumber }) => buildNumber);
  const newest = known.sort(BuildNumber.compare).reverse().slice(0, 3);
  throw new Refusal({
    type: 'no-such-package',
    doing: `find ${provisioningName} ${version}`,
    reason: `There is no tag ${provisioningName}-${version} of a package.`,
    remedy:
      newest.length > 0
        ? `The newest ${newest.length === 1 ? 'is' : 'are'} ${newest.join(', ')}.`
        : 'Make one with `nx run infrastructure:package`.',
  });
}

function dirtyRefusal(paths: readonly string[]): Refusal {
  const shown = paths.slice(0, mostPathsShown);
  const more = paths.length - shown.length;
  return new Refusal({
    type: 'dirty-working-tree',
    doing: "read the clusters' configuration",
    reason: `The working tree has ${paths.length === 1 ? '1 uncommitted change' : `${paths.length} uncommitted changes`} of it.`,
    remedy: 'Commit, stash or delete them: only committed configuration is provisioned.',
    evidence: [...shown, ...(more > 0 ? [`and ${more} more`] : [])],
  });
}
