import { describeDrawn, type FoldedGraph } from '../../../../plugin/src/model/dashboard/graph/folded-graph.ts';
import type { ReleaseGraph } from '../../../../plugin/src/model/dashboard/graph/release-graph.ts';
import { Table } from '../detail/parts.tsx';
import { kindOf } from './drawing.tsx';

interface NodeTableProps {
  readonly graph: ReleaseGraph;
  readonly folded: FoldedGraph;
  readonly open: (drawn: number) => void;
}

/** The drawing in words: each of its nodes, and those to which its edges lead. */
export function NodeTable({ graph, folded, open }: NodeTableProps) {
  const nameOf = (index: number) => describeDrawn(folded.nodes[index]!, graph.nodes);
  const namesOf = (found: readonly number[]) => found.map(nameOf).join(', ') || '–';
  return (
    <details class="graph-table">
      <summary>The drawing as a table</summary>
      <Table
        caption="What changed, what is made of it, and services"
        heads={['Name', 'What it is', 'Reached from', 'Leads to']}
        empty="There is nothing to draw."
        rows={folded.nodes.map((members, index) => [
          members.length > 1 ? (
            <button type="button" onClick={() => open(index)}>
              {nameOf(index)}
            </button>
          ) : (
            <span class="d-code">{nameOf(index)}</span>
          ),
          members.length > 1 ? 'several' : kindOf(index, { graph, folded }),
          namesOf(folded.edges.flatMap(([from, to]) => (to === index ? [from] : []))),
          namesOf(folded.edges.flatMap(([from, to]) => (from === index ? [to] : []))),
        ])}
      />
    </details>
  );
}
