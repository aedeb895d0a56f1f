import type { Commit } from '../commits/commit.ts';
import type { NotReached } from './service-page.ts';

/** Where a commit has got to. Times are ISO 8601, UTC. */
export interface CommitPage {
  /** By the server's clock. */
  readonly now: string;
  readonly commit: Commit;
  /** True when it is a merge: then all that it brought to its first parent is looked for. */
  readonly isMerge: boolean;
  /** Names of the environments, in their order. */
  readonly environments: readonly string[];
  /** The services that it changes, in alphabetical order. */
  readonly services: readonly CommitInService[];
}

/** Where a commit has got to with one service. */
export interface CommitInService {
  readonly service: string;
  /** Builds that have it, oldest first. */
  readonly releasedIn: readonly string[];
  /** In the order of the environments. */
  readonly environments: readonly CommitInEnvironment[];
}

/** The state of a commit in an environment, in one service: as `where` has it. */
export type CommitInEnvironment =
  | NotReached
  | { readonly environment: string; readonly state: 'absent' }
  | {
      readonly environment: string;
      readonly state: 'runs' | 'waits' | 'unknown';
      /** The build that is there. */
      readonly build?: string;
      /** The build that has the commit and failed there. */
      readonly failed?: string;
      /** Since when that is there. */
      readonly since?: string;
      readonly hold?: { readonly by: string; readonly reason?: string };
    };

/** Returns how far a commit has got in an environment, as a sentence's end: `runs in 20261125-2`. */
export function describeWhereabouts(found: CommitInEnvironment): string {
  switch (found.state) {
    case 'absent':
      return 'not here';
    case 'unreachable':
      return `unknown: ${found.reason}`;
    case 'unknown':
      return `unknown: ${found.build ?? 'no known build'} runs`;
    case 'runs':
      return `runs in ${found.build ?? 'a build that is not known'}`;
    case 'waits':
      if (found.failed !== undefined) return `${found.failed} failed: ${found.build ?? 'nothing known'} runs`;
      return found.hold
        ? `held by ${found.hold.by}: ${found.build ?? 'nothing known'} runs`
        : `waits: ${found.build ?? 'nothing known'} runs`;
  }
}
