import type { DashboardCell, DashboardGap, DashboardRow, DashboardState, EnvironmentHead } from './dashboard-state.ts';
import { gapInWords } from './cell-words.ts';

/**
 * A view of the state that keeps apart the facts of now and those that were seen last. Of an environment that does not answer no cell, and neither gap beside it,
 * is passed on as it was: the last state stands in `seen`, where nothing that counts, filters, sorts or draws takes it for
 * the present one.
 */
export class KnownNow {
  private silent = '';
  /** A row that did not change is the same object as before, so that it is not drawn again. */
  private rows = new WeakMap<DashboardRow, DashboardRow>();

  /** Returns the state as far as it is known now; the same object where every environment answers. */
  of(state: DashboardState): DashboardState {
    const silent = JSON.stringify(state.environments.map(({ name, answer }) => [name, answer.state]));
    if (silent !== this.silent) this.rows = new WeakMap();
    this.silent = silent;
    if (state.environments.every(({ answer }) => answer.state === 'live')) return state;
    return { ...state, rows: state.rows.map((row) => this.row(row, state.environments)) };
  }

  private row(row: DashboardRow, environments: readonly EnvironmentHead[]): DashboardRow {
    const known = this.rows.get(row) ?? {
      ...row,
      cells: byName(environments, (head) => cellNow(row.cells[head.name], head)),
      gaps: byName(environments, (head, index) => gapNow(row, head, environments[index - 1])),
    };
    this.rows.set(row, known);
    return known;
  }
}

function cellNow(cell: DashboardCell | undefined, { answer }: EnvironmentHead): DashboardCell | undefined {
  if (answer.state === 'live' || cell?.state === 'unreachable') return cell;
  if (answer.state === 'asking') return { state: 'asking' };
  return { state: 'unreachable', ...(cell && cell.state !== 'asking' ? { seen: cell } : {}) };
}

/** A gap is known when both of its sides are. */
function gapNow(row: DashboardRow, head: EnvironmentHead, left: EnvironmentHead | undefined): DashboardGap | undefined {
  const gap = row.gaps[head.name];
  const silent = [left, head].filter((side) => side !== undefined && side.answer.state !== 'live') as EnvironmentHead[];
  // A service that never came there has nothing to wait for there.
  if (silent.length === 0 || silent.every(({ name }) => row.cells[name]?.state === 'absent')) return gap;
  const why = silent.map(
    ({ name, answer }) => `${name} ${answer.state === 'asking' ? 'is being asked' : 'does not answer'}`,
  );
  const last = gap && gap.kind !== 'none' && gap.kind !== 'unknown' ? `; last seen: ${gapInWords(gap)}` : '';
  return { kind: 'unknown', reason: `${why.join(', ')}${last}` };
}

function byName<Value>(
  environments: readonly EnvironmentHead[],
  valueOf: (head: EnvironmentHead, index: number) => Value | undefined,
): Record<string, Value> {
  const named = environments.map((head, index) => [head.name, valueOf(head, index)] as const);
  return Object.fromEntries(named.filter((pair): pair is [string, Value] => pair[1] !== undefined));
}
