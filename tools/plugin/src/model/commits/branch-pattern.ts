/**
 * Reports whether a branch is one of those that a pattern names: `main`, `hotfix/*`. `*` stands for any characters, `/`
 * among them, as in the branch filters of GitHub's rulesets and of `git ls-remote`.
 */
export function matchesBranch(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}
