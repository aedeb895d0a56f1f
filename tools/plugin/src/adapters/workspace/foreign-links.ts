import { Refusal } from '../../model/errors/product-error.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import { contentFilter, contentFolders, isDeployed, linksAmong } from './content.ts';
import type { Service } from './service.ts';

/**
 * Makes sure that symbolic links among a service's content lead to files that git keeps in this workspace.
 * @throws {Refusal} naming those that lead out of it, and manifests that lead nowhere.
 */
export async function refuseForeignLinks(
  service: Service,
  repository: Pick<SourceFiles, 'workingTreeBlobs' | 'linkTargets'>,
): Promise<void> {
  const counts = contentFilter(service);
  const links = linksAmong(await repository.workingTreeBlobs(contentFolders(service))).filter(counts);
  if (links.length === 0) return;
  const targets = await repository.linkTargets('working-tree', links);
  const foreign = [...targets].flatMap(([path, { written, isOutside, files }]) => {
    const isLost = isOutside || (files.size === 0 && isDeployed(service, path));
    const why = isOutside ? 'is not in this workspace' : 'is no file that git keeps';
    return isLost ? [{ path, says: `${path} is a symbolic link to ${written}, which ${why}` }] : [];
  });
  const [first] = foreign;
  if (!first) return;
  throw new Refusal({
    type: 'foreign-link',
    doing: `build ${service.name} from a commit`,
    reason:
      foreign.length === 1
        ? `${first.says}.`
        : `${foreign.length} symbolic links lead to what no commit of this holds.`,
    remedy: 'Put a copy of the file in its place, or move what it leads to into this workspace and commit it.',
    ...(foreign.length === 1 ? {} : { evidence: foreign.map(({ says }) => says) }),
  });
}
