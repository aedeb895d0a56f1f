import { isObjectName } from '../../../model/commits/commit.ts';
import { commitAtStartVariable } from '../../../model/product/wire-names.ts';

/** Sets it for the processes of tasks, which inherit it. @param commit undefined where there is none. */
export function tellCommitAtStart(commit: string | undefined): void {
  if (commit === undefined) delete process.env[commitAtStartVariable];
  else process.env[commitAtStartVariable] = commit;
}

/** Returns what was told; undefined where nobody did: Nx ran the hook in a process of its own. */
export function commitAtStart(env: NodeJS.ProcessEnv): string | undefined {
  const told = env[commitAtStartVariable];
  return told !== undefined && isObjectName(told) ? told : undefined;
}
