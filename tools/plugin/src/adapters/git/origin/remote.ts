import { Refusal } from '../../../model/errors/product-error.ts';
import type { Git } from '../git.ts';

const usual = 'origin';

/** A repository that this clone knows. */
export interface Remote {
  readonly name: string;
  /** The address that is fetched from, as git's settings rewrite it. May hold a secret. */
  readonly fetched: string;
  /** The first one that is pushed to. */
  readonly pushed: string;
}

/**
 * Finds the remote that decides about numbers and tags: `origin`, or the only one that there is, or that of the branch that is
 * checked out (`git clone --origin`, `clone.defaultRemoteName`).
 * @returns undefined where there is none. @throws {Refusal} when there are several and none is the one: to do without it would give
 * a number twice.
 */
export async function findRemote(git: Git): Promise<Remote | undefined> {
  const { stdout } = await git.run(['remote', '--verbose']);
  const remotes = parseRemotes(stdout.toString());
  const names = [...remotes.keys()];
  if (remotes.has(usual) || names.length < 2) return remotes.get(usual) ?? remotes.get(names[0] ?? usual);
  const followed = await remoteOfBranch(git);
  if (followed !== undefined && remotes.has(followed)) return remotes.get(followed);
  throw new Refusal({
    type: 'origin-unreachable',
    doing: 'find the origin',
    reason: `None of the remotes ${names.join(', ')} is called origin, and no branch is checked out that follows one.`,
    remedy: 'Name the one that releases are kept in: `git remote rename NAME origin`.',
  });
}

/** Reads `git remote --verbose`. What has no address is one by its name, as git takes it. */
export function parseRemotes(output: string): Map<string, Remote> {
  const first = { fetch: new Map<string, string>(), push: new Map<string, string>() };
  const names = new Set<string>();
  for (const line of output.split('\n')) {
    // A partial clone's has its filter behind it: `(fetch) [blob:none]`.
    const [, name = '', address = '', use] = /^([^\t]+)\t(?:(.*) \((fetch|push)\)(?: \[.*\])?)?$/.exec(line) ?? [];
    if (name === '') continue;
    names.add(name);
    if ((use === 'fetch' || use === 'push') && !first[use].has(name)) first[use].set(name, address);
  }
  return new Map(
    [...names].map((name) => {
      const fetched = first.fetch.get(name) ?? name;
      return [name, { name, fetched, pushed: first.push.get(name) ?? fetched }];
    }),
  );
}

async function remoteOfBranch(git: Git): Promise<string | undefined> {
  const branch = await git.run(['symbolic-ref', '--quiet', '--short', 'HEAD']);
  if (branch.code !== 0) return undefined;
  const { code, stdout } = await git.run(['config', '--get', `branch.${branch.stdout.toString().trim()}.remote`]);
  return code === 0 ? stdout.toString().trim() : undefined;
}
