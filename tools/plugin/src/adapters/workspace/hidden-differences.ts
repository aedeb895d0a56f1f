import { posix } from 'node:path';
import { Refusal } from '../../model/errors/product-error.ts';
import type { HiddenDifference, SourceFiles } from '../../ports/repository/source-files.ts';
import { contentFilter, contentFolders } from './content.ts';
import { contextFolders, imageInputs } from './image-context.ts';
import type { Service } from './service.ts';

/** The state of a path, as a clause, and what mends it. */
const kinds: Record<HiddenDifference['kind'], { readonly says: string; readonly remedy: string }> = {
  'not-checked-out': {
    says: 'is left out by a sparse checkout',
    remedy: 'Check it out: `git sparse-checkout add FOLDER`.',
  },
  'unwatched-change': {
    says: 'is changed, and git is set not to look at it',
    remedy: 'See the change with `git update-index --no-skip-worktree --no-assume-unchanged PATH`; commit or drop it.',
  },
  'lfs-pointer': {
    says: 'is a pointer of Git LFS, not the file itself',
    remedy: 'Fetch the files with `git lfs pull`; in a CI let the checkout do it (`lfs: true`).',
  },
  encrypted: { says: 'is locked by git-crypt', remedy: 'Unlock the checkout with `git-crypt unlock`.' },
  'submodule-missing': {
    says: 'is a submodule that is not checked out',
    remedy:
      'Fetch it with `git submodule update --init --recursive`; in a CI let the checkout do it (`submodules: recursive`).',
  },
  'submodule-change': {
    says: 'is a submodule that has changes, or is at another commit than is kept of it',
    remedy: 'Commit inside it, then the submodule itself; or go back with `git submodule update --recursive`.',
  },
};
/** Paths that one refusal names. */
const mostShown = 10;

/**
 * Makes sure that the image is made of what the commit holds where git itself does not look.
 * @throws {Refusal} naming files of the service's content, or of its build context, that are on the disk otherwise.
 */
export async function refuseHiddenDifferences(
  service: Service,
  repository: Pick<SourceFiles, 'hiddenDifferences' | 'texts' | 'workingTreeTexts'>,
): Promise<void> {
  const folders = [...contentFolders(service), ...contextFolders(service)];
  const found = await repository.hiddenDifferences([...new Set(folders)]);
  if (found.length === 0) return;
  const isUsedByImage = await imageInputs(service, repository);
  const counts = contentFilter(service);
  const isUsed = ({ path, kind }: HiddenDifference) => {
    // All that is in a submodule may count, and stands behind its one path.
    const at = kind.startsWith('submodule') ? `${path}/` : path;
    return counts(path) || isUsedByImage(at);
  };
  const used = found.filter(isUsed).sort((a, b) => (a.path < b.path ? -1 : 1));
  const [first] = used;
  if (!first) return;
  const firsts = new Map([...used].reverse().map((each) => [each.kind, each]));
  throw new Refusal({
    type: 'checkout-differs',
    doing: `build ${service.name} from a commit`,
    reason:
      used.length === 1
        ? `${first.path} ${kinds[first.kind].says}: the image would not be what the commit holds.`
        : `${used.length} paths are not on the disk as the commit holds them: the image would be something else.`,
    remedy: [...firsts.values()].map(remedyFor).join(' '),
    ...(used.length === 1
      ? {}
      : { evidence: used.slice(0, mostShown).map(({ path, kind }) => `${path} ${kinds[kind].says}`) }),
  });
}

function remedyFor({ kind, path }: HiddenDifference): string {
  return kinds[kind].remedy.replace('PATH', path).replace('FOLDER', posix.dirname(path));
}
