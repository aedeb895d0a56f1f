import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { cellSentence, stateInWords } from '../../../plugin/src/model/dashboard/cell-words.ts';
import {
  mapLayout,
  mapNeighbour,
  mapSizes,
  shapeAt,
  type MapLayout,
} from '../../../plugin/src/model/dashboard/map/map-layout.ts';
import { focus, focusMoves, moveFocus } from '../grid/focus.ts';
import { shownEnvironments, shownRows } from '../grid/lines.ts';
import { environmentOf } from '../grid/open-cell.ts';
import { ShapeIcon, shapes, shapeOf } from '../grid/shapes.tsx';
import { gridHref, gridQuery, showGrid, timeZone } from '../navigate.ts';
import { now } from '../store.ts';
import { drawnStates, type DrawnState } from './drawn-shapes.ts';
import './map.css';

/** A shape of the map: which service, and which environment. */
interface Spot {
  readonly index: number;
  readonly environment: number;
}

/** The map as it is laid out now, and what is at each of its spots. */
interface MapModel {
  readonly layout: MapLayout;
  readonly drawn: readonly DrawnState[];
  readonly environments: readonly string[];
  /** The shape that has the focus, or would get it. */
  readonly current: Spot;
  cellAt(spot: Spot): { readonly service: string; readonly environment: string } | undefined;
  sentence(spot: Spot): string;
}

function useMapModel(width: number): MapModel {
  const heads = shownEnvironments.value;
  const rows = shownRows.value;
  const environments = heads.map(({ name }) => name);
  const grouping = gridQuery.value.group ?? 'folder';
  const names = rows.map(({ service }) => service).join();
  // Places change with the services that are shown, not with how they are.
  const layout = useMemo(
    () => mapLayout({ rows, grouping, environments: heads.length, width }),
    [names, grouping, heads.length, width],
  );
  const byName = new Map(rows.map((row) => [row.service, row]));
  const found = ({ index, environment }: Spot) => {
    const [place, head] = [layout.places[index], heads[environment]];
    return place && head && { service: place.service, head, cell: byName.get(place.service)?.cells[head.name] };
  };
  const shapesOfPlaces = layout.places.flatMap(({ service, x, y }) =>
    environments.map((name, at) => {
      return { state: shapeOf(byName.get(service)?.cells[name]), x: x + at * mapSizes.shape, y };
    }),
  );
  return {
    layout,
    environments,
    drawn: drawnStates(shapesOfPlaces),
    current: spotOf(layout, environments),
    cellAt: (spot) => {
      const at = found(spot);
      return at && { service: at.service, environment: at.head.name };
    },
    sentence: (spot) => {
      const at = found(spot);
      if (!at) return '';
      const place = { head: at.head, now: now.value, timeZone: timeZone.value };
      return at.cell ? cellSentence(at.service, at.cell, place) : `${at.service} in ${at.head.name}: not here`;
    },
  };
}

/** All services as shapes, group by group, on one screen. Focus, pointer and click lead to their rows. */
export function ServiceMap() {
  const field = useRef<HTMLDivElement>(null);
  const width = useWidth(field);
  const model = useMapModel(width);
  const [hovered, setHovered] = useState<Spot>();
  const { layout, drawn, environments, current } = model;
  const pointed = ({ clientX, clientY }: MouseEvent) => {
    const box = field.current!.getBoundingClientRect();
    return shapeAt(layout, environments.length, { x: clientX - box.left, y: clientY - box.top });
  };
  return (
    <section class="map" aria-label="Map of all services">
      <Legend drawn={drawn} environments={environments} />
      <p class="map-said">{model.sentence(hovered ?? current)}</p>
      <div
        ref={field}
        class="map-field"
        style={{ height: `${layout.height}px` }}
        onMouseMove={(event) => setHovered(pointed(event))}
        onMouseLeave={() => setHovered(undefined)}
        onClick={(event) => leadToRow(model, pointed(event))}
      >
        <Shapes drawn={drawn} width={width} height={layout.height} />
        <GroupNames layout={layout} width={width} />
        <Cursor model={model} />
      </div>
    </section>
  );
}

function GroupNames({ layout: { groups, left }, width }: { readonly layout: MapLayout; readonly width: number }) {
  return (
    <>
      {groups.map(({ name, y, count }) => (
        <span key={name} class="map-group" title={name} style={{ top: `${y}px`, width: `${(left || width) - 8}px` }}>
          {name} <span class="note">{count}</span>
        </span>
      ))}
    </>
  );
}

/** The one stop of the map: another element for each shape, so that screen readers say where the focus has come. */
function Cursor({ model }: { readonly model: MapModel }) {
  const { layout, current, environments } = model;
  const element = useRef<HTMLButtonElement>(null);
  const hasFocus = useRef(false);
  const moves = focusMoves.value;
  const seen = useRef(moves);
  useLayoutEffect(() => {
    if (hasFocus.current || seen.current !== moves) element.current?.focus();
    seen.current = moves;
  }, [moves, current.index, current.environment]);
  const place = layout.places[current.index];
  if (!place) return null;
  const move = (event: KeyboardEvent) => {
    const next = movedBy(event, current, layout, environments.length);
    const at = next && model.cellAt(next);
    if (!at) return;
    event.preventDefault();
    event.stopPropagation();
    moveFocus({ service: at.service, column: `cell:${at.environment}` });
  };
  return (
    <button
      key={`${place.service} ${current.environment}`}
      ref={element}
      type="button"
      class="map-cursor"
      aria-label={`${model.sentence(current)}. Enter leads to its row`}
      style={{ left: `${place.x + current.environment * mapSizes.shape - 1}px`, top: `${place.y - 1}px` }}
      onFocus={() => (hasFocus.current = true)}
      // An element that is replaced loses the focus to nothing; another that takes it, or the window, is named.
      onBlur={({ relatedTarget }) => (hasFocus.current = relatedTarget === null && hasFocus.current)}
      onClick={(event) => {
        event.stopPropagation();
        leadToRow(model, current);
      }}
      onKeyDown={move}
    />
  );
}

function Shapes({ drawn, width, height }: { drawn: readonly DrawnState[]; width: number; height: number }) {
  return (
    <svg width={width} height={height} aria-hidden="true">
      {drawn.map(({ state, fill, line, inner }) => (
        <g key={state} class={`map-${state} is-${shapes[state].role}`}>
          {fill && <path d={fill} fill="currentColor" />}
          {line && (
            <path
              d={line}
              fill="none"
              stroke="currentColor"
              stroke-width="1.5"
              stroke-dasharray={shapes[state].dashed ? '2 1.5' : undefined}
            />
          )}
          {inner && <path class="shape-inner" d={inner} fill="none" stroke-width="2" />}
        </g>
      ))}
    </svg>
  );
}

/** What each shape stands for, how many there are, and the filter that shows those alone. */
function Legend({ drawn, environments }: { drawn: readonly DrawnState[]; environments: readonly string[] }) {
  const order = Object.keys(shapes);
  const sorted = [...drawn].sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state));
  return (
    <p class="map-legend">
      <span class="note">Each service: {environments.join(', ')}</span>
      {sorted.map(({ state, count }) => (
        <a key={state} href={gridHref({ filter: `state:${state}` })}>
          <ShapeIcon shape={state} />
          {count.toLocaleString('en')} {state === 'unreachable' ? 'not known now' : stateInWords({ state })}
        </a>
      ))}
    </p>
  );
}

/** Where the focus of the grid is on the map; else its first shape. */
function spotOf({ places }: MapLayout, environments: readonly string[]): Spot {
  const at = focus.value;
  const index = places.findIndex(({ service }) => service === at?.service);
  const environment = at ? environments.indexOf(environmentOf(at) ?? '') : -1;
  return { index: Math.max(0, index), environment: Math.max(0, environment) };
}

function movedBy({ key, ctrlKey }: KeyboardEvent, spot: Spot, layout: MapLayout, count: number): Spot | undefined {
  const { index, environment } = spot;
  const last = layout.places.length - 1;
  const flat = index * count + environment;
  const at = (next: number) => ({ index: Math.floor(next / count), environment: next % count });
  if (key === 'ArrowRight') return at(Math.min(flat + 1, last * count + count - 1));
  if (key === 'ArrowLeft') return at(Math.max(flat - 1, 0));
  if (key === 'ArrowDown') return { index: mapNeighbour(layout, index, 'down'), environment };
  if (key === 'ArrowUp') return { index: mapNeighbour(layout, index, 'up'), environment };
  const line = layout.places.flatMap(({ y }, each) => (y === layout.places[index]?.y ? [each] : []));
  if (key === 'Home') return { index: ctrlKey ? 0 : line[0]!, environment: 0 };
  if (key === 'End') return { index: ctrlKey ? last : line.at(-1)!, environment: count - 1 };
  return undefined;
}

/** Shows the grid, with the focus on the cell of a spot. */
function leadToRow(model: MapModel, spot: Spot | undefined): void {
  const at = spot && model.cellAt(spot);
  if (!at) return;
  showGrid({ view: undefined });
  moveFocus({ service: at.service, column: `cell:${at.environment}` });
}

function useWidth(of: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(1000);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    setWidth(Math.floor(of.current!.getBoundingClientRect().width));
    observer.observe(of.current!);
    return () => observer.disconnect();
  }, []);
  return width;
}
