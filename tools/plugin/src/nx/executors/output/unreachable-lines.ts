import { groupByKey } from '../../../model/text/group-by-key.ts';
import type { UnreachableEnvironment } from '../../../use-cases/observe/unreachable.ts';

/** The state of a service in an environment, as far as it could be read. */
type InEnvironment = UnreachableEnvironment | { readonly state: Exclude<string, 'unreachable'> };

/**
 * Returns a line for what keeps environments from being read: one for all that have the same reason.
 * @param found what was found of one service: it is the same for every one.
 */
export function unreachableLines(found: readonly InEnvironment[] = []): string[] {
  const byReason = groupByKey(found.filter(isUnreachable).map((each) => [reasonOf(each), each.environment] as const));
  return [...byReason].map(([reason, names]) => `cannot read ${names.join(', ')}: ${reason}`);
}

/** Returns why an environment cannot be read, and what helps, as one line. */
export function reasonOf({ reason, remedy }: UnreachableEnvironment): string {
  return `${reason} ${remedy}`;
}

function isUnreachable(found: InEnvironment): found is UnreachableEnvironment {
  return found.state === 'unreachable';
}
