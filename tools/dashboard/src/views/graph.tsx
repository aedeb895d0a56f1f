import { useMemo, useState } from 'preact/hooks';
import { foldGraph } from '../../../plugin/src/model/dashboard/graph/folded-graph.ts';
import { describeRelease, type ReleaseGraph } from '../../../plugin/src/model/dashboard/graph/release-graph.ts';
import { Answer, Command, CommitLink, goTo, Note, Time, type ViewProps } from './detail/parts.tsx';
import { useAnswer } from './detail/use-answer.ts';
import { Drawing } from './graph/drawing.tsx';
import './graph/graph.css';
import { NodeTable } from './graph/node-table.tsx';
import { ReleasedServices } from './graph/released-services.tsx';

/** Nodes that are drawn: layered layouts of more take seconds, and nobody reads them. */
const mostDrawn = 60;

/** What a commit would release: `/graph?commit=1a2b3c4`; of the newest one of the main branch without it. */
export default function GraphView({ query }: ViewProps) {
  const commit = query.get('commit') ?? '';
  const asked = useAnswer<ReleaseGraph>(`/api/graph${commit === '' ? '' : `?${new URLSearchParams({ commit })}`}`);
  const id = asked.answer?.commit.id.slice(0, 12);
  // Of what was asked before, nothing is said under the new heading.
  const current: typeof asked = asked.isAsking ? { isAsking: true, askAgain: asked.askAgain } : asked;
  return (
    <article class="d-view">
      <h1>
        {current.answer
          ? describeRelease(current.answer)
          : `What ${commit === '' ? 'the main branch' : `commit ${commit.slice(0, 12)}`} would release`}
      </h1>
      <Answer<ReleaseGraph> asked={current} doing="Following what it changes to the services">
        {(graph) => <Release graph={graph} />}
      </Answer>
      <Command text={`nx run infrastructure:where --commit=${commit || (id ?? 'HEAD')}`} />
    </article>
  );
}

function Release({ graph }: { readonly graph: ReleaseGraph }) {
  const [only, setOnly] = useState<ReadonlySet<number> | undefined>(undefined);
  const folded = useMemo(() => foldGraph(graph, mostDrawn), [graph]);
  const { commit, branch, isMerge, now } = graph;
  const open = (drawn: number) => {
    const members = folded.nodes[drawn]!;
    const [node] = members.map((each) => graph.nodes[each]!);
    if (members.length === 1 && node!.kind === 'service') return goTo(`/s/${encodeURIComponent(node!.name)}`);
    setOnly(new Set(members));
    document.querySelector<HTMLElement>('#graph-services')?.focus();
  };
  return (
    <>
      <p>
        <CommitLink id={commit.id} />
        {branch !== undefined && `, the newest of ${branch}`}
        <br />
        {commit.subject}
        <br />
        {commit.author}, <Time iso={commit.date} now={now} />
      </p>
      {isMerge && <Note>A merge: all commits that it merged count.</Note>}
      <ReleasedServices graph={graph} only={only} showAll={() => setOnly(undefined)} />
      {graph.nodes.length > 0 && (
        <section aria-labelledby="graph-drawing">
          <h2 id="graph-drawing">How it gets there</h2>
          <Drawing graph={graph} folded={folded} open={open} />
          <NodeTable graph={graph} folded={folded} open={open} />
        </section>
      )}
    </>
  );
}
