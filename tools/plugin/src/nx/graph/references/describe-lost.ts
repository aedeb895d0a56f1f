import type { LostReference } from '../../../model/references/reference.ts';

/** Lines of one warning: more would be read by nobody. */
const mostLines = 20;

/** Returns one warning for all references that lead to no project: where each is written, and what to do. */
export function describeLost(lost: readonly LostReference[], rootOf: (project: string) => string): string {
  const lines = lost.map(({ project, file, line, written, reason }) => {
    const remedy =
      project === undefined
        ? 'Mend or remove it'
        : `Mend it, or name the project in implicitDependencies of ${projectFile(rootOf(project))}`;
    return `${file}:${line}: ${written}: ${reason}. ${remedy}.`;
  });
  const shown = lines.slice(0, mostLines);
  const rest = lines.length > shown.length ? [`and ${lines.length - shown.length} more`] : [];
  const title =
    lines.length === 1
      ? 'A reference leads to no project: a change there releases nobody.'
      : `${lines.length} references lead to no project: a change there releases nobody.`;
  return `\nWarning: ${title}\n${[...shown, ...rest].map((each) => `  ${each}\n`).join('')}\n`;
}

function projectFile(root: string): string {
  return root === '.' ? 'project.json' : `${root}/project.json`;
}
