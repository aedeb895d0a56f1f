import { cellSentence, gapSentence } from '../../../plugin/src/model/dashboard/cell-words.ts';
import { concernOf, needsSomebody } from '../../../plugin/src/model/dashboard/cell-condition.ts';
import type { DashboardRow, EnvironmentHead } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { timeZone } from '../navigate.ts';
import { now, state } from '../store.ts';
import { Cell } from './cell.tsx';
import { focus } from './focus.ts';
import { Gap } from './gap.tsx';
import { selected } from './selection.ts';
import { shapeOf } from './shapes.tsx';

interface RowProps {
  readonly row: DashboardRow;
  readonly heads: readonly EnvironmentHead[];
  readonly index: number;
  readonly isFirst: boolean;
  /** Pixels from the first line; undefined where it follows the line before. */
  readonly top: number | undefined;
}

/** Returns the style of a line of the grid. */
export function placedAt(top: number | undefined): { transform: string } | undefined {
  return top === undefined ? undefined : { transform: `translateY(${top}px)` };
}

/** One service as a flow from the main branch to the last environment. */
export function Row({ row, heads, index, isFirst, top }: RowProps) {
  const { service } = row;
  const stops = focus.value;
  const stop = (column: string) => {
    const isStop = stops ? stops.service === service && stops.column === column : isFirst && column === 'name';
    return { 'data-cell': `${service}|${column}`, tabIndex: isStop ? 0 : -1 };
  };
  const isSelected = selected.value.has(service);
  const hasTrouble = heads.some((head) => {
    const cell = row.cells[head.name];
    const concern = cell && concernOf(cell, { head, gap: row.gaps[head.name], now: now.value });
    return concern !== undefined && needsSomebody(concern);
  });
  const classes = `row${isSelected ? ' is-selected' : ''}${hasTrouble ? ' has-trouble' : ''}`;
  return (
    <div role="row" class={classes} aria-rowindex={index + 2} aria-selected={isSelected} style={placedAt(top)}>
      <div role="rowheader" class="name" {...stop('name')} title={row.folder}>
        <span class="name-text">{service}</span>
        {!row.isInWorkspace && <span class="note"> not in this workspace</span>}
      </div>
      {heads.map((head) => (
        <Flow key={head.name} row={row} head={head} stop={stop} />
      ))}
    </div>
  );
}

interface FlowProps {
  readonly row: DashboardRow;
  readonly head: EnvironmentHead;
  readonly stop: (column: string) => { 'data-cell': string; tabIndex: number };
}

function Flow({ row, head, stop }: FlowProps) {
  const { name } = head;
  const cell = row.cells[name];
  const gap = row.gaps[name];
  const place = { head, now: now.value, timeZone: timeZone.value };
  const left = beforeOf(name);
  const isUnseen = [head, left].some((side) => side !== undefined && side.answer.state !== 'live');
  const said = cell ? cellSentence(row.service, cell, place) : `${row.service} in ${name}: not here`;
  const between = gap ? gapSentence(gap, leftOf(name), place) : 'Nothing to compare';
  return (
    <>
      <div role="gridcell" class="gap" {...stop(`gap:${name}`)} title={between}>
        <span class="unseen">{between}</span>
        <Gap gap={gap} head={head} cell={cell} isUnseen={isUnseen} />
      </div>
      <div role="gridcell" class={`cell state-${shapeOf(cell)}`} {...stop(`cell:${name}`)} title={said}>
        <span class="unseen">{said}</span>
        <span class="where" aria-hidden="true">
          {name}
        </span>
        <Cell cell={cell} head={head} />
      </div>
    </>
  );
}

/** Returns the name of what lies before an environment: another one, or the main branch. */
export function leftOf(environment: string): string {
  return beforeOf(environment)?.name ?? state.value?.branch.name ?? 'main';
}

function beforeOf(environment: string): EnvironmentHead | undefined {
  const { environments = [] } = state.value ?? {};
  return environments[environments.findIndex(({ name }) => name === environment) - 1];
}
