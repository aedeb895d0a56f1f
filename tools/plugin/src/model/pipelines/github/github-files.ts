import type { PipelineFacts } from '../pipeline-facts.ts';

/** The workflows of GitHub Actions, by path. */
export function githubFiles(_facts: PipelineFacts): ReadonlyMap<string, string> {
  return new Map();
}
