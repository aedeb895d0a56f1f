import type { CommitGraph } from '../../model/commits/commit-graph.ts';
import { Refusal } from '../../model/errors/product-error.ts';

/** Returns what comes with a commit: itself, newest first; of a merge all that it brought to its first parent. */
export function broughtBy(commit: string, graph: CommitGraph): string[] {
  const [first, ...others] = graph.parentsOf(commit);
  return first === undefined || others.length === 0 ? [commit] : graph.revList(first, commit);
}

/** Returns the refusal of a commit that is not to be found. @param text as a person named it. */
export function noSuchCommit(text: string): Refusal {
  return new Refusal({
    type: 'no-such-commit',
    doing: `look for the commit ${text.slice(0, 80)}`,
    reason: 'This clone knows no commit of that name, or several that begin like it.',
    remedy: 'Give its full name, or fetch it first (`git fetch origin`).',
  });
}
