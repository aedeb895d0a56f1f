/** Returns a branch as a filter of pushes, where some characters are patterns; others of that kind no branch can have. */
export function branchFilter(branch: string): string {
  return branch.replace(/[+!]/g, '\\$&');
}
