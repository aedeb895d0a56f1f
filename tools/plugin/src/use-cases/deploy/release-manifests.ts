import { manifestsOf } from '../../model/workspace/places.ts';
import { shortCommit } from '../../model/commits/commit.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

/**
 * Texts of a release's manifests by path below the service's folder: those of its commit, or of the working tree for a
 * release that was built from changes which no commit holds.
 * @throws {Refusal} when the working tree is no longer what was built, or there are no manifests.
 */
export async function releaseManifests(
  service: ServiceSource,
  release: Release,
  { repository }: WithRepository<SourceFiles>,
): Promise<ReadonlyMap<string, string>> {
  if (release.dirty && (await service.contentHash('working-tree')) !== release.contentHash) {
    throw new Refusal({
      type: 'dirty-release-gone',
      doing: `deploy ${service.name} ${release.buildNumber}`,
      reason: 'It was built from uncommitted changes, and the working tree has changed since: its manifests are lost.',
      remedy: `Deploy another release, or release again with \`nx run ${service.name}:release\`.`,
    });
  }
  const folder = folderOf(service);
  const texts = release.dirty
    ? await repository.workingTreeTexts(folder)
    : await repository.texts(release.commit, folder);
  const doing = `deploy ${service.name} ${release.buildNumber}`;
  return onlyYaml(texts, { folder, doing, at: ` at ${shortCommit(release.commit)}` });
}

/**
 * Returns the texts of a service's manifests as they lie on the disk, committed or not, by path.
 * @throws {Refusal} when there are none.
 */
export async function checkoutManifests(
  service: ServiceSource,
  { repository }: WithRepository<SourceFiles>,
): Promise<ReadonlyMap<string, string>> {
  const folder = folderOf(service);
  const texts = await repository.workingTreeTexts(folder);
  return onlyYaml(texts, { folder, doing: `compare ${service.name}`, at: '' });
}

function folderOf({ root }: ServiceSource): string {
  return manifestsOf(root);
}

function onlyYaml(
  texts: ReadonlyMap<string, string>,
  { folder, doing, at }: { readonly folder: string; readonly doing: string; readonly at: string },
): ReadonlyMap<string, string> {
  const manifests = new Map([...texts].filter(([path]) => /\.ya?ml$/.test(path)));
  if (manifests.size > 0) return manifests;
  throw new Refusal({
    type: 'no-manifests',
    doing,
    reason: `There is no *.yaml file in ${folder}${at}.`,
    remedy: 'Write its Kubernetes manifests there and release again.',
  });
}
