import { execFileSync } from 'node:child_process';

/**
 * Returns the main branch: `defaultBase` of nx.json, or what git knows as the origin's. A clone that a CI makes does not know
 * that; then `main`, or `master` where only that is there.
 * @param workspaceRoot absolute.
 */
export function mainBranch(workspaceRoot: string, { defaultBase }: { readonly defaultBase?: string }): string {
  if (defaultBase !== undefined) return defaultBase.replace(/^origin\//, '');
  const head = git(workspaceRoot, ['symbolic-ref', '--short', 'refs/remotes/origin/HEAD']);
  if (head !== undefined && head !== '') return head.replace(/^origin\//, '');
  const has = (branch: string) =>
    git(workspaceRoot, ['rev-parse', '--verify', '--quiet', `refs/remotes/origin/${branch}`]) !== undefined;
  return !has('main') && has('master') ? 'master' : 'main';
}

function git(cwd: string, argv: readonly string[]): string | undefined {
  try {
    return execFileSync('git', argv, {
      cwd,
      encoding: 'utf8',
      timeout: 5000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // No git, no clone, or no such ref.
    return undefined;
  }
}
