import { environmentsFolder, type Environment } from '../../model/environment/environment.ts';
import type { Build } from '../../model/release/image-labels.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Commits } from '../../ports/repository/commits.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';

const mostPathsShown = 10;

/**
 * Returns the revision that would be built from the checkout.
 * @param allowDirty whether uncommitted changes may go into the build, which is marked then.
 * @throws {Refusal} when there are such changes and they may not.
 */
export async function sourceRevision(
  service: ServiceSource,
  allowDirty: boolean,
  targets: readonly Environment[],
  { repository }: WithRepository<Commits & SourceFiles>,
): Promise<Pick<Build, 'commit' | 'contentHash' | 'dirty'>> {
  const [commit, dirtyPaths] = await Promise.all([repository.headCommit(), repository.dirtyPaths()]);
  requireCommitted(service.name, dirtyPaths, allowDirty, targets);
  const dirty = dirtyPaths.length > 0;
  return { commit, contentHash: await service.contentHash(dirty ? 'working-tree' : { commit }), dirty };
}

/**
 * Refuses to build uncommitted changes where they may not be built.
 * @param paths that differ from the commit.
 * @param allowDirty whether they may go into the build at all.
 * @throws {Refusal}
 */
export function requireCommitted(
  service: string,
  paths: readonly string[],
  allowDirty: boolean,
  targets: readonly Environment[],
): void {
  if (paths.length === 0) return;
  if (!allowDirty) throw dirtyRefusal(service, paths);
  const forbidding = targets.filter((environment) => !environment.allowDirty).map(({ name }) => name);
  if (forbidding.length === 0) return;
  throw new Refusal({
    type: 'dirty-not-allowed',
    doing: `release ${service} from a working tree with changes`,
    reason: `${forbidding.join(' and ')} does not accept builds of uncommitted changes (\`allowDirty\` is not set).`,
    remedy: `Commit the changes, or set \`allowDirty: true\` in ${forbidding.map((name) => `${environmentsFolder}/${name}.yaml`).join(' and ')}.`,
  });
}

function dirtyRefusal(service: string, paths: readonly string[]): Refusal {
  const shown = paths.slice(0, mostPathsShown);
  const more = paths.length - shown.length;
  return new Refusal({
    type: 'dirty-working-tree',
    doing: `release ${service}`,
    reason: `The working tree has ${paths.length === 1 ? '1 uncommitted change' : `${paths.length} uncommitted changes`}.`,
    remedy: 'Commit, stash or delete them, or pass `--allow-dirty` where the environment permits it.',
    evidence: [...shown, ...(more > 0 ? [`and ${more} more`] : [])],
  });
}
