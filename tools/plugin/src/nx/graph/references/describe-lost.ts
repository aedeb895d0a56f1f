import type { LostReference } from '../../../model/references/reference.ts';

/** Lines of one warning: more would be read by nobody. */
const mostLines = 20;

/** Returns one warning for all references that lead to no project: where each is written, and what to do. */
export function describeLost(lost: readonly LostReference[], rootOf: (project: string) => string): string {
  const lines = lost.map(
    (each) => `${each.file}:${each.line}: ${each.written}: ${each.reason}. ${remedyOf(each, rootOf)}.`,
  );
  const shown = lines.slice(0, mostLines);
  const rest = lines.length > shown.length ? [`and ${lines.length - shown.length} more`] : [];
  const title =
    lines.length === 1
      ? 'A reference leads to no project: a change there releases no service.'
      : `${lines.length} references lead to no project: a change there releases no service.`;
  return `\nWarning: ${title}\n${[...shown, ...rest].map((each) => `  ${each}\n`).join('')}\n`;
}

function remedyOf({ project, folder }: LostReference, rootOf: (project: string) => string): string {
  if (project === undefined) return 'Fix or remove it';
  // At the root, a project would hold all that no other one has.
  if (folder === '.') return 'Move that into a folder with a project.json';
  if (folder !== undefined) return `Make it one: ${folder}/project.json`;
  const root = rootOf(project);
  return `Fix it, or name the project in implicitDependencies of ${root === '.' ? '' : `${root}/`}project.json`;
}
