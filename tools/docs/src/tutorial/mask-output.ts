/** What differs from run to run, and what stands for it on a page. */
const masks: readonly (readonly [RegExp, string])[] = [
  // eslint-disable-next-line no-control-regex
  [/\u001b\[[0-9;]*m/g, ''],
  [/\b20\d{6}-(\d+)\b/g, '20261124-$1'],
  [/\b20\d\d-\d\d-\d\d \d\d:\d\d/g, '2026-11-24 12:30'],
  [/\b\d+ min(?: \d+ s)?|\b\d+(?:\.\d+)? (?:ms|s)\b/g, '… s'],
  // Requests that were lost stay what they are: none must be.
  [/\b0 of \d+ (requests lost|failed)/g, '0 of … $1'],
  [/( {2})0 of \d+/g, '$10 of …'],
];

/** Commits and digests of pages, in the order in which they come. */
const hashes = ['4fbd3b74d924', '9a703fd99b5e', 'c93f945f33a0', '4da9ca0a019e', '7e15c0d2a8b6', '0b8d61f3c59a'];

/** Begins a line of the plugin: of generators, of a service, of a table. */
const ownLine =
  /^(?:(?:CREATE|UPDATE|DELETE) |Added |hello\b| {2}\S| {6,}(?:why: |since |\d+ behind)|[A-Z]+ {2,}|20\d{6}-\d+ )/;

/** Lines of the plugin that come or stay away as the machine is fast or slow, or as it reaches a network. */
const passing =
  /pods? ready|: waiting|preprod: \d+ unchanged but for the version$|accepted$|requests meanwhile:|base image|no problems in|^ {2}(?:Run duration|Cache:|Critical path|Recoverable time|hello$)|^hello$|^ +✓/;

/**
 * Makes a function that returns what a command printed as a page shows it: build numbers, times, commits and digests always
 * the same, without colours, without what Nx prints around it, and without lines that depend on how fast a machine is. A
 * commit that comes again, in the output of another command too, is shown as the same one.
 * @param names texts of this run, and what stands for each: the registry of a test, for example.
 */
export function outputMask(names: ReadonlyMap<string, string> = new Map()): (output: string) => string {
  const seen: string[] = [];
  const maskHash = (hash: string) => {
    if (!seen.includes(hash)) seen.push(hash);
    return hashes[seen.indexOf(hash)] ?? '…';
  };
  return (output) => {
    let text = output;
    for (const [name, shown] of names) text = text.replaceAll(name, shown);
    for (const [pattern, shown] of masks) text = text.replaceAll(pattern, shown);
    const lines = text.split('\n').map((line) => line.trimEnd());
    const isOfNx = lines.some((line) => /^ NX\b/.test(line));
    const kept = lines.filter((line) => line !== '' && (!isOfNx || (ownLine.test(line) && !passing.test(line))));
    return aligned(kept.map((line) => line.replaceAll(/\b(?=[0-9a-f]*\d)[0-9a-f]{12}\b/g, maskHash))).join('\n');
  };
}

/** Columns are as wide as what was in them, which is masked: tables are set again. */
function aligned(lines: readonly string[]): string[] {
  const isHeader = (line: string) => /^ *[#A-Z]+( {2,}[A-Z ]+)+$/.test(line);
  const begin = lines.findIndex(isHeader);
  if (begin === -1) return [...lines];
  const cellsOf = (line: string) => line.trim().split(/ {2,}/);
  const columns = cellsOf(lines[begin]!).length;
  const isRow = (line: string, at: number) => at >= begin && cellsOf(line).length === columns;
  const rows = lines.filter(isRow).map(cellsOf);
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const indent = /^ */.exec(lines[begin]!)![0];
  return lines.map((line, at) =>
    isRow(line, at)
      ? `${indent}${cellsOf(line)
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')}`.trimEnd()
      : line,
  );
}
