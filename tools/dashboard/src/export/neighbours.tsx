import { gapRanges, type GapRange } from '../../../plugin/src/model/dashboard/export/answer-from.ts';

/** The comparisons that an export has of a service, as links: one for each gap. */
export function Neighbours({
  service,
  environments,
  chosen,
}: {
  readonly service: string;
  readonly environments: readonly string[];
  readonly chosen: GapRange;
}) {
  return (
    <nav class="d-tabs" aria-label="Neighbours">
      {gapRanges(environments).map(({ from, to }) => (
        <a
          key={from}
          href={`/s/${encodeURIComponent(service)}/changes/${encodeURIComponent(from)}..${encodeURIComponent(to)}`}
          aria-current={from === chosen.from && to === chosen.to ? 'page' : undefined}
        >
          {from} and {to}
        </a>
      ))}
    </nav>
  );
}
