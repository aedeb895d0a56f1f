import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isRequirementsFile } from '../../../model/references/python/python-references.ts';
import { parsePythonRequirements } from '../../../model/references/python/python-requirements.ts';

/** Returns the files outside a project's folder that its requirements files name with `-r` and `-c`, near or far. */
export function requirementsAbove(projectRoot: string, workspaceRoot: string): string[] {
  const files = new Set(
    readdirSync(join(workspaceRoot, projectRoot))
      .filter(isRequirementsFile)
      .map((name) => posix.join(projectRoot, name)),
  );
  // A set is walked in the order of insertion, also of what is inserted meanwhile.
  for (const file of files)
    for (const { names, written } of parsePythonRequirements(textOf(join(workspaceRoot, file))))
      if (names === 'file') files.add(posix.join(posix.dirname(file), written));
  return [...files].filter((file) => !file.startsWith(`${projectRoot}/`) && !/^(\.\.)?\//.test(file));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
