import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TargetsLike } from '../../model/toolchains/languages-run.ts';

/** A `project.json`, read once for all that is inferred from it. */
export interface ProjectFile {
  readonly text: string;
  /** None of a file that is not plain JSON, with which Nx deals. */
  readonly targets: TargetsLike | undefined;
}

/** Reads the `project.json` of a project. */
export function readProjectFile(projectRoot: string, workspaceRoot: string): ProjectFile {
  const text = readFileSync(join(workspaceRoot, projectRoot, 'project.json'), 'utf8');
  try {
    return { text, targets: (JSON.parse(text) as { targets?: TargetsLike }).targets ?? {} };
  } catch {
    return { text, targets: undefined };
  }
}
