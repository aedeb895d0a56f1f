import type { FileChange } from '../pipelines/pipeline-files.ts';

/** How many lines of a file are shown. */
const mostLines = 8;

/** Returns what is wrong with a file: its path, and below it the lines that are missing (+) and those that are left over (-). */
export function describeChange({ path, before, after }: FileChange): string[] {
  if (before === undefined) return [`${path} is missing`];
  if (after === undefined) return [`${path} is no longer needed`];
  const lines = [...linesBeyond(after, before, '+'), ...linesBeyond(before, after, '-')];
  const more = lines.length - mostLines;
  return [path, ...lines.slice(0, mostLines), ...(more > 0 ? [`  and ${more} more lines`] : [])];
}

/** Lines that the one text has more often than the other. */
function linesBeyond(one: string, other: string, sign: string): string[] {
  const left = new Map<string, number>();
  for (const line of other.split('\n')) left.set(line, (left.get(line) ?? 0) + 1);
  return one.split('\n').flatMap((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count > 0 || line.trim() === '' ? [] : [`  ${sign} ${line.trim()}`];
  });
}
