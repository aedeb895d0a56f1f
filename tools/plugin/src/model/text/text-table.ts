import { stripVTControlCharacters } from 'node:util';

/**
 * A table without rules, as kubectl prints one. No library: cli-table3 and its like neither put cells below each other
 * where a row is too wide nor leave a header's cell as narrow as its text, and `node:util` measures coloured text.
 */

/** The lines of a cell; one without a line break may be a text. May hold colours. */
export type Cell = string | readonly string[];

/** Columns between two cells. */
const gap = '  ';

/**
 * Returns the lines of a table whose columns are as wide as their widest cell. Where that is wider than the terminal, the
 * cells of a row stand below each other, each after the name of its column, and break between words only.
 * @param rows the header first. @param columns of the terminal; as many as it takes when omitted.
 */
export function textTable(rows: readonly (readonly Cell[])[], columns = Infinity): string[] {
  const table = rows.map((row) => row.map(linesOf));
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => widthOfLines(row[column] ?? [])))) ?? [];
  const total = widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));
  return total > columns ? stacked(table, columns) : table.flatMap((row) => sideBySide(row, widths));
}

function sideBySide(row: readonly (readonly string[])[], widths: readonly number[]): string[] {
  const height = Math.max(1, ...row.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    row
      .map((cell, column) => padded(cell[line] ?? '', widths[column] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}

/** The first cell of a row is its heading. Cells that say nothing are left out. */
function stacked([header = [], ...rows]: readonly (readonly (readonly string[])[])[], columns: number): string[] {
  const names = header.slice(1).map(([name = '']) => name);
  const width = Math.max(0, ...names.map(widthOf));
  return rows.flatMap(([heading = [], ...cells]) => [
    heading.join(gap),
    ...cells.flatMap((cell, column) => {
      if (cell.every((line) => ['', '-'].includes(stripVTControlCharacters(line)))) return [];
      const room = columns - 2 * gap.length - width;
      const lines = cell.flatMap((line) => wrapped(line, room));
      return lines.map(
        (line, index) => `${gap}${padded(index === 0 ? (names[column] ?? '') : '', width)}${gap}${line}`,
      );
    }),
  ]);
}

/** Returns the lines of a text that is broken between words; a longer word stays whole. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > columns) {
      lines.push(line.trimEnd());
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Returns the columns that a text takes: of what controls a terminal none, of each other character one. */
export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

function linesOf(cell: Cell): readonly string[] {
  return typeof cell === 'string' ? [cell] : cell;
}

function widthOfLines(lines: readonly string[]): number {
  return Math.max(0, ...lines.map(widthOf));
}

function padded(text: string, width: number): string {
  return `${text}${' '.repeat(Math.max(0, width - widthOf(text)))}`;
}
