import { isObjectName } from '../../../model/commits/commit.ts';

/** The commit that was checked out before the first task of this command ran. */
const variable = 'POC_COMMIT_AT_START';

/** Sets it for the processes of tasks, which inherit it. @param commit undefined where there is none. */
export function tellCommitAtStart(commit: string | undefined): void {
  if (commit === undefined) delete process.env[variable];
  else process.env[variable] = commit;
}

/** Returns what was told; undefined where nobody did: Nx ran the hook in a process of its own. */
export function commitAtStart(env: NodeJS.ProcessEnv): string | undefined {
  const told = env[variable];
  return told !== undefined && isObjectName(told) ? told : undefined;
}
