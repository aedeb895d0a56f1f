import { useMemo, useRef, useState } from 'preact/hooks';
import { describeDrawn, type FoldedGraph } from '../../../../plugin/src/model/dashboard/graph/folded-graph.ts';
import type { ReleaseGraph } from '../../../../plugin/src/model/dashboard/graph/release-graph.ts';
import { Note } from '../detail/parts.tsx';
import type { Layout, Point } from './layout.ts';
import { neighbour } from './neighbour.ts';
import { useLayout } from './use-layout.ts';

interface DrawingProps {
  readonly graph: ReleaseGraph;
  readonly folded: FoldedGraph;
  /** Opens a node: a service's page, or the list of what is behind several. */
  readonly open: (drawn: number) => void;
}

const height = 30;
/** Letters that are drawn of a name; the end says more than the beginning. */
const longest = 30;

/** The ways from what changed to the services, in ranks from left to right. The nodes are one tab stop; arrows go along edges. */
export function Drawing({ graph, folded, open }: DrawingProps) {
  const names = folded.nodes.map((each) => describeDrawn(each, graph.nodes));
  const request = useMemo(
    () => ({ nodes: names.map((name) => ({ width: widthOf(name), height })), edges: folded.edges }),
    [folded],
  );
  const laidOut = useLayout(request);
  if (laidOut.state === 'failed') return <Note>The graph cannot be drawn here; the table below has all of it.</Note>;
  if (laidOut.state === 'working') return <p role="status">Drawing…</p>;
  // That of another graph, until this one's is there.
  if (laidOut.layout.nodes.length !== names.length) return null;
  return <Laid names={names} layout={laidOut.layout} graph={graph} folded={folded} open={open} />;
}

interface LaidProps extends DrawingProps {
  readonly names: readonly string[];
  readonly layout: Layout;
}

function Laid(props: LaidProps) {
  const { folded, open, names, layout } = props;
  const [focused, setFocused] = useState<number | undefined>(undefined);
  const svg = useRef<SVGSVGElement>(null);
  const go = (event: KeyboardEvent, from: number) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') open(from);
    else {
      const to = neighbour(event.key, from, { edges: folded.edges, places: layout.nodes });
      if (to === undefined) return;
      svg.current?.querySelector<SVGGElement>(`[data-node="${to}"]`)?.focus();
    }
    event.preventDefault();
  };
  const label = 'Ways from what changed to services';
  return (
    <div class="d-scroll graph-drawing" tabIndex={0} role="region" aria-label="Drawing">
      <svg ref={svg} width={layout.width} height={layout.height} role="group" aria-label={label}>
        <Edges folded={folded} layout={layout} focused={focused} />
        {names.map((name, index) => (
          <g
            key={index}
            data-node={index}
            class={`graph-node is-${outlineOf(index, props)}`}
            transform={cornerOf(layout.nodes[index]!, name)}
            role="button"
            tabIndex={index === (focused ?? 0) ? 0 : -1}
            aria-label={sentence(index, props)}
            onFocus={() => setFocused(index)}
            onKeyDown={(event) => go(event, index)}
            onClick={() => (focused === index ? open(index) : setFocused(index))}
          >
            <Label name={name} isRound={folded.nodes[index]!.length > 1} />
          </g>
        ))}
      </svg>
    </div>
  );
}

/** Edges as lines that stay in the background; those of the node in focus in full, over the others. */
function Edges(props: Pick<LaidProps, 'folded' | 'layout'> & { readonly focused: number | undefined }) {
  const { folded, layout, focused } = props;
  const all = folded.edges.map((edge, index) => ({ index, isFull: focused !== undefined && edge.includes(focused) }));
  return (
    <>
      {all
        .sort((a, b) => Number(a.isFull) - Number(b.isFull))
        .map(({ index, isFull }) => (
          <path key={index} class={`graph-edge${isFull ? ' is-full' : ''}`} d={curve(layout.edges[index]!)} />
        ))}
    </>
  );
}

function Label({ name, isRound }: { readonly name: string; readonly isRound: boolean }) {
  const width = widthOf(name);
  return (
    <>
      <title>{name}</title>
      <rect width={width} height={height} rx={isRound ? height / 2 : 4} />
      <text x={width / 2} y={height / 2} aria-hidden="true">
        {shortened(name)}
      </text>
    </>
  );
}

function outlineOf(index: number, { graph, folded }: Pick<DrawingProps, 'graph' | 'folded'>): string {
  const members = folded.nodes[index]!;
  return members.length > 1 ? 'group' : graph.nodes[members[0]!]!.kind;
}

function cornerOf({ x, y }: Point, name: string): string {
  return `translate(${x - widthOf(name) / 2} ${y - height / 2})`;
}

/** `libs/money, project: from 1, leads to 3`. */
function sentence(index: number, of: Pick<LaidProps, 'graph' | 'folded' | 'names'>): string {
  const [name, kind] = [of.names[index]!, kindOf(index, of)];
  const from = of.folded.edges.filter(([, to]) => to === index).length;
  const to = of.folded.edges.filter(([start]) => start === index).length;
  const parts = [kind, ...(from > 0 ? [`from ${from}`] : []), ...(to > 0 ? [`leads to ${to}`] : [])];
  return `${name}, ${parts.join(', ')}`;
}

/** Returns what a drawn node is, in a word or two. */
export function kindOf(index: number, { graph, folded }: Pick<DrawingProps, 'graph' | 'folded'>): string {
  const members = folded.nodes[index]!;
  if (members.length > 1) return 'opens a list';
  const { kind } = graph.nodes[members[0]!]!;
  return kind === 'version' ? 'package in another version' : kind;
}

function widthOf(name: string): number {
  return 24 + Math.min(name.length, longest) * 7;
}

function shortened(name: string): string {
  return name.length <= longest ? name : `…${name.slice(1 - longest)}`;
}

function curve([start, ...rest]: readonly Point[]): string {
  if (!start) return '';
  const middles = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1]!;
    return `Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`;
  });
  const end = rest.at(-1);
  return `M${start.x} ${start.y}${middles.join('')}${end ? `L${end.x} ${end.y}` : ''}`;
}
