import { useState } from 'preact/hooks';
import { describePath, type ReleaseGraph } from '../../../../plugin/src/model/dashboard/graph/release-graph.ts';
import { Note } from '../detail/parts.tsx';

/** Ways that are listed at first: more are a click away. */
const first = 50;

/** The services that a commit would release, each with a way that leads to it. @param only nodes; undefined for all services. */
export function ReleasedServices(props: {
  readonly graph: ReleaseGraph;
  readonly only: ReadonlySet<number> | undefined;
  readonly showAll: () => void;
}) {
  const { graph, only } = props;
  const [isWhole, setWhole] = useState(false);
  const { nodes, paths } = graph;
  if (paths.length === 0) return <Note>It changes nothing that a service is made of.</Note>;
  const found = only ? paths.filter((path) => path.some((each) => only.has(each))) : paths;
  const shown = isWhole ? found : found.slice(0, first);
  return (
    <section aria-labelledby="graph-services">
      <h2 id="graph-services" tabIndex={-1}>
        Services that it would release
      </h2>
      {only && (
        <p role="status">
          {found.length.toLocaleString('en')} of {paths.length.toLocaleString('en')}.{' '}
          <button type="button" onClick={props.showAll}>
            Show all
          </button>
        </p>
      )}
      <ul class="graph-paths">
        {shown.map((path) => {
          const [service = 0, ...way] = path;
          const { name } = nodes[service]!;
          return (
            <li key={name}>
              <a href={`/s/${encodeURIComponent(name)}`}>{name}</a>
              <span class="d-code"> ← {describePath(way, nodes)}</span>
            </li>
          );
        })}
      </ul>
      {shown.length < found.length && (
        <button type="button" onClick={() => setWhole(true)}>
          {(found.length - shown.length).toLocaleString('en')} more
        </button>
      )}
    </section>
  );
}
