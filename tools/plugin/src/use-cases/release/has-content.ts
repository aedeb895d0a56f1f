import { ImageRef } from '../../model/image/image-ref.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { catchProductError } from '../../model/errors/result.ts';
import type { Release } from '../../model/release/release.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { requireContent } from '../verify/require-content.ts';
import { isOnReleasedBranch } from '../verify/require-released-branch.ts';
import { unsignedTag } from '../verify/require-signatures.ts';
import { registriesOf } from './release-registries.ts';
import { digestBeforePush } from '../verify/digest-before-push.ts';
import type { ReleaseRun } from './release-run.ts';
import type { ReleaseRequest } from './release.ts';

/** Reports whether a release is of the content that is asked for, and its image is still where it is needed. */
export async function hasContent(
  newest: Release,
  {
    request,
    image: { service, revision, registry },
    ports,
    reporter,
  }: Pick<ReleaseRun, 'request' | 'image' | 'ports' | 'reporter'>,
): Promise<boolean> {
  if (newest.contentHash !== revision.contentHash || newest.dirty !== revision.dirty) return false;
  const { buildNumber } = newest;
  // A tag alone says so; what its commit holds decides.
  if (!newest.dirty) await requireContent(service, newest, `release ${service.name}`);
  if (!(await countsEverywhere(newest, request, ports))) {
    reporter.step(`${buildNumber} has the same content, but no branch that counts has its commit; building it again`);
    return false;
  }
  const { environments, mainBranch } = request;
  const tag = new ReleaseTag(service.name, buildNumber);
  const use = { mainBranch, doing: `release ${service.name}` };
  const unsigned = await unsignedTag(tag, environments, use, ports);
  if (unsigned !== undefined) {
    reporter.step(`${buildNumber} has the same content, and does not count: ${unsigned} Building it again`);
    return false;
  }
  const imageIn = (host: string) => ImageRef.of(host, service.name, buildNumber.toString(), newest.imageDigest);
  if ((await digestBeforePush(imageIn(registry), ports)) !== undefined) return true;
  const others = registriesOf(environments).filter((host) => host !== registry);
  for (const image of others.map(imageIn)) if (await isThere(image, ports)) return true;
  reporter.warn(`${imageIn(registry)} is not in the registry; building it again`);
  return false;
}

/** Reports whether another registry has an image, from which it is copied; whoever builds need not be let in there. */
async function isThere(image: ImageRef, { registry }: ReleasePorts): Promise<boolean> {
  const found = await catchProductError(
    () => registry.digest(image),
    () => undefined,
  );
  return found !== undefined;
}

/** Reports whether the commit of a release is part of a branch that each of the environments takes releases of. */
async function countsEverywhere(
  { commit }: Release,
  { targets, mainBranch }: ReleaseRequest,
  ports: ReleasePorts,
): Promise<boolean> {
  const counts = targets.map((environment) => isOnReleasedBranch({ commit, environment, mainBranch }, ports));
  return (await Promise.all(counts)).every(Boolean);
}
