import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TargetsLike } from '../../model/toolchains/languages-run.ts';

/** The file of a project, read once for all that is inferred from it. */
export interface ProjectFile {
  readonly text: string;
  /** None of a file that is not plain JSON, with which Nx deals. */
  readonly targets: TargetsLike | undefined;
  /** Of a `package.json`, which Nx makes targets of. */
  readonly scripts?: Readonly<Record<string, unknown>>;
}

/** Reads the file of a project: its `project.json`, or the block `nx` of its `package.json`. */
export function readProjectFile(
  projectRoot: string,
  workspaceRoot: string,
  name: 'project.json' | 'package.json' = 'project.json',
): ProjectFile {
  const text = readFileSync(join(workspaceRoot, projectRoot, name), 'utf8');
  try {
    const json = JSON.parse(text) as {
      targets?: TargetsLike;
      nx?: { targets?: TargetsLike };
      scripts?: ProjectFile['scripts'];
    };
    if (name === 'project.json') return { text, targets: json.targets ?? {} };
    return { text, targets: json.nx?.targets ?? {}, scripts: json.scripts ?? {} };
  } catch {
    return { text, targets: undefined };
  }
}

/** Returns the name that a project's own file gives it, or Nx by its folder; undefined where there is no name. */
export function nameOfProject(projectRoot: string, { text }: ProjectFile, name: 'project.json' | 'package.json') {
  try {
    const json = JSON.parse(text) as { name?: string; nx?: { name?: string } };
    if (name === 'package.json') return json.nx?.name ?? json.name;
    return json.name ?? basename(projectRoot).toLowerCase();
  } catch {
    // Nx tells what is wrong in it.
    return undefined;
  }
}
