import { readFileSync, rmSync } from 'node:fs';
import { textTable } from '../../../model/text/text-table.ts';

/** The outcome of a task for a service in one environment, ready to be shown. */
export interface OutcomeRow {
  readonly service: string;
  readonly isFailed: boolean;
  /** As many as the header has; may hold colours. */
  readonly cells: readonly string[];
}

/** Names of the cells. */
const header = ['SERVICE', 'BUILD', 'COMMIT', 'ENVIRONMENT', 'OUTCOME', 'REQUESTS LOST', 'TOOK', 'URL'];

/** Reads what tasks wrote, and removes the file. @returns none where no task wrote anything. */
export function takeOutcomes(file: string | undefined): OutcomeRow[] {
  if (file === undefined) return [];
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as OutcomeRow);
  } catch {
    // Nothing was deployed, or the disk is full: what tasks print says the same.
    return [];
  } finally {
    rmSync(file, { force: true });
  }
}

/** Returns the table that ends a command for many services: those that failed first, columns without a value left out. */
export function outcomeTable(rows: readonly OutcomeRow[], columns: number | undefined): string[] {
  if (rows.length === 0) return [];
  const sorted = [...rows].sort(
    (a, b) => Number(b.isFailed) - Number(a.isFailed) || (a.service < b.service ? -1 : a.service > b.service ? 1 : 0),
  );
  const shown = header.map((_, column) => sorted.some(({ cells }) => (cells[column] ?? '') !== ''));
  const table = [header, ...sorted.map(({ cells }) => cells)];
  return textTable(
    table.map((cells) => cells.filter((_, column) => shown[column])),
    columns,
  );
}
