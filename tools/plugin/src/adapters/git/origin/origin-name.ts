import { Refusal } from '../../../model/errors/product-error.ts';
import type { Git } from '../git.ts';

const usual = 'origin';

/**
 * Returns the name of the remote that decides about numbers and tags: `origin`, or the only one that there is, or that of the
 * branch that is checked out (`git clone --origin`, `clone.defaultRemoteName`). Without any remote it is `origin` all the same.
 * @throws {Refusal} when there are several and none is the one: to do without it would give a number twice.
 */
export async function originName(git: Git): Promise<string> {
  const { stdout } = await git.run(['remote']);
  const names = stdout
    .toString()
    .split('\n')
    .filter((name) => name !== '');
  if (names.includes(usual)) return usual;
  if (names.length < 2) return names[0] ?? usual;
  const followed = await remoteOfBranch(git);
  if (followed !== undefined && names.includes(followed)) return followed;
  throw new Refusal({
    type: 'origin-unreachable',
    doing: 'find the origin',
    reason: `None of the remotes ${names.join(', ')} is called origin, and no branch is checked out that follows one.`,
    remedy: 'Name the one that releases are kept in: `git remote rename NAME origin`.',
  });
}

async function remoteOfBranch(git: Git): Promise<string | undefined> {
  const branch = await git.run(['symbolic-ref', '--quiet', '--short', 'HEAD']);
  if (branch.code !== 0) return undefined;
  const { code, stdout } = await git.run(['config', '--get', `branch.${branch.stdout.toString().trim()}.remote`]);
  return code === 0 ? stdout.toString().trim() : undefined;
}
