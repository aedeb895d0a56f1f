import { shortCommit } from '../../model/commits/commit.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import {
  readManifests,
  type ManifestPorts,
  type ManifestsTarget,
  type ReadManifests,
} from '../revision/read-manifests.ts';

/** The service and the environment whose manifests are read. */
type Target = ManifestsTarget & { readonly service: ServiceSource };

/**
 * The manifests of a release for an environment: those of its commit, or of the working tree for a release that was
 * built from changes which no commit holds.
 * @throws {Refusal} when the working tree is no longer what was built, or there are no manifests.
 */
export async function releaseManifests(target: Target, release: Release, ports: ManifestPorts): Promise<ReadManifests> {
  const { service } = target;
  if (release.dirty && (await service.contentHash('working-tree')) !== release.contentHash) {
    throw new Refusal({
      type: 'dirty-release-gone',
      doing: `deploy ${service.name} ${release.buildNumber}`,
      reason: 'It was built from uncommitted changes, and the working tree has changed since: its manifests are lost.',
      remedy: `Deploy another release, or release again with \`nx run ${service.name}:release\`.`,
    });
  }
  const source = release.dirty ? 'working-tree' : { commit: release.commit };
  const doing = `deploy ${service.name} ${release.buildNumber}`;
  return onlyYaml(await readManifests(source, target, ports), { doing, at: ` at ${shortCommit(release.commit)}` });
}

/**
 * Returns a service's manifests as they lie on the disk, committed or not.
 * @throws {Refusal} when there are none.
 */
export async function checkoutManifests(target: Target, ports: ManifestPorts): Promise<ReadManifests> {
  const read = await readManifests('working-tree', target, ports);
  return onlyYaml(read, { doing: `compare ${target.service.name}`, at: '' });
}

function onlyYaml(read: ReadManifests, { doing, at }: { readonly doing: string; readonly at: string }): ReadManifests {
  const texts = new Map([...read.texts].filter(([path]) => /\.ya?ml$/.test(path)));
  if (texts.size > 0) return { ...read, texts };
  throw new Refusal({
    type: 'no-manifests',
    doing,
    reason:
      read.renderedBy === undefined
        ? `There is no *.yaml file in ${read.folder}${at}.`
        : `${read.folder}${at} gives no object for this environment.`,
    remedy: 'Write its Kubernetes manifests there and release again.',
  });
}
