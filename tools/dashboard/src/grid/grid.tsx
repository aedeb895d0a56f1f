import { useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DashboardState, EnvironmentHead } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { useWhole } from '../export/use-whole.ts';
import { exported } from '../exported.ts';
import { focus, focusMoves, heldService, moveFocus } from './focus.ts';
import { handleGridKey } from './grid-keys.ts';
import { Heads } from './heads.tsx';
import { blockLine, columnWidths, isInBlocks, LetterProbe, rowHeight } from './grid-layout.tsx';
import './grid-layout.css';
import { isCompact, lines, shownEnvironments } from './lines.ts';
import { openCell } from './open-cell.ts';
import { placedAt, Row } from './row.tsx';
import { toggleSelected } from './selection.ts';
import { useWindowing, type Windowing } from './use-windowing.ts';

const useLines = exported ? useWhole : useWindowing;

/** All services in all environments. */
export function Grid({ state }: { state: DashboardState }) {
  const heads = shownEnvironments.value;
  const all = lines.value;
  const body = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const height = rowHeight.value;
  const isBlocks = isInBlocks.value;
  const kept = all.findIndex((line) => line.kind === 'row' && line.row.service === focus.value?.service);
  const windowing = useLines({ count: all.length, height, covered: isBlocks ? 8 : 64, kept, margin });
  useLayoutEffect(() => {
    const top = body.current ? Math.round(body.current.getBoundingClientRect().top + scrollY) : 0;
    if (top !== margin) setMargin(top);
  });
  useFocusMoves(windowing.show);
  return (
    <div
      role="grid"
      class={`grid${isBlocks ? ' is-blocks' : isCompact.value ? ' is-compact' : ''}${exported ? ' is-whole' : ''}`}
      aria-label="Services in their environments"
      aria-rowcount={all.length + 1}
      aria-colcount={1 + 2 * heads.length}
      aria-multiselectable="true"
      style={{
        '--columns': columnWidths.value,
        '--row-height': `${height}px`,
        '--block-line': `${blockLine.value}px`,
      }}
      onKeyDown={handleGridKey}
      onFocusIn={followFocus}
      onFocusOut={({ relatedTarget, currentTarget }) => {
        if (!currentTarget.contains(relatedTarget as Node | null)) heldService.value = undefined;
      }}
      onClick={clickCell}
    >
      <LetterProbe />
      <Heads state={state} heads={heads} />
      <div role="rowgroup" class="rows" ref={body} style={{ height: `${windowing.height}px` }}>
        <Lines items={windowing.items} margin={margin} heads={heads} />
      </div>
    </div>
  );
}

interface LinesProps {
  readonly items: Windowing['items'];
  readonly margin: number;
  readonly heads: readonly EnvironmentHead[];
}

/** The lines that are in the window, each at its place. */
function Lines({ items, margin, heads }: LinesProps) {
  const all = lines.value;
  const first = all.findIndex(({ kind }) => kind === 'row');
  return (
    <>
      {items.map(({ index, start }) => {
        const line = all[index];
        if (!line) return null;
        const top = start === undefined ? undefined : start - margin;
        if (line.kind === 'row') {
          const key = line.row.service;
          return <Row key={key} row={line.row} heads={heads} index={index} isFirst={index === first} top={top} />;
        }
        const style = placedAt(top);
        return (
          <div key={`group ${line.name}`} role="row" class="row group" aria-rowindex={index + 2} style={style}>
            <div role="rowheader" class="group-name">
              {line.name} <span class="note">{line.count}</span>
            </div>
          </div>
        );
      })}
    </>
  );
}

/** Focuses what `focus` says, each time that it was moved; the page scrolls no more than needed. */
function useFocusMoves(show: (index: number) => void): void {
  const [moves, setMoves] = useState(0);
  useSignalEffect(() => setMoves(focusMoves.value));
  useLayoutEffect(() => {
    const at = focus.peek();
    if (moves === 0 || !at) return;
    const index = lines.peek().findIndex((line) => line.kind === 'row' && line.row.service === at.service);
    if (index >= 0) show(index);
    document
      .querySelector<HTMLElement>(`[data-cell="${CSS.escape(`${at.service}|${at.column}`)}"]`)
      ?.focus({ preventScroll: true });
  }, [moves]);
}

function cellOf(target: EventTarget | null) {
  const name = target instanceof Element ? target.closest<HTMLElement>('[data-cell]')?.dataset.cell : undefined;
  const [service, column] = name?.split('|') ?? [];
  return service === undefined || column === undefined ? undefined : { service, column };
}

function followFocus({ target }: FocusEvent): void {
  const at = cellOf(target);
  if (!at) return;
  heldService.value = at.service;
  if (focus.value?.service !== at.service || focus.value.column !== at.column) focus.value = at;
}

function clickCell(event: MouseEvent): void {
  const at = cellOf(event.target);
  if (!at || String(getSelection()) !== '') return;
  moveFocus(at);
  if (event.ctrlKey || event.metaKey) toggleSelected(at.service);
  else openCell(at);
}
