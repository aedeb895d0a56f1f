import { formatSeconds, type Delivery, type DeliveryBin } from '../../../../plugin/src/model/dashboard/delivery.ts';
import { Table, Time } from './parts.tsx';

const [width, height, left, bottom] = [640, 160, 48, 20];

/** Changes over time: those that got there, those that failed upon them. */
export function BinsChart({ bins }: { readonly bins: readonly DeliveryBin[] }) {
  const most = Math.max(1, ...bins.map(({ deployed, failed, undecided }) => deployed + failed + undecided));
  const step = (width - left) / bins.length;
  const length = (count: number) => (count / most) * (height - bottom - 10);
  return (
    <figure class="d-figure">
      <figcaption>Changes over time: filled those that stayed, hatched those that failed or were taken back</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label="Changes over time; the table below says the same">
        <defs>
          <pattern id="d-failed" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <line x1="0" y1="0" x2="0" y2="5" class="d-hatch-broken" />
          </pattern>
        </defs>
        <text x="0" y="14">
          {most}
        </text>
        <line x1={left} x2={width} y1={height - bottom} y2={height - bottom} class="d-axis" />
        {bins.map((bin, index) => (
          <Bar key={bin.from} bin={bin} x={left + index * step} width={step - 2} length={length} />
        ))}
        <text x={left} y={height - 4}>
          {bins[0]?.from.slice(0, 10)}
        </text>
        <text x={width} y={height - 4} text-anchor="end">
          {bins.at(-1)?.to.slice(0, 10)} UTC
        </text>
      </svg>
      <BinsTable bins={bins} />
    </figure>
  );
}

/** The time from each commit to its end, a dot each, on a scale of powers of ten. */
export function LeadTimeChart({ delivery }: { readonly delivery: Extract<Delivery, { state: 'read' }> }) {
  const [since, until] = [Date.parse(delivery.since), Date.parse(delivery.until)];
  const dots = delivery.changes.flatMap(({ service, finishedAt, leadTimes = [] }) =>
    leadTimes.map((seconds) => ({ service, finishedAt, seconds })),
  );
  const top = Math.log10(Math.max(86_400, ...dots.map(({ seconds }) => seconds)));
  const x = (iso: string) => left + ((Date.parse(iso) - since) / (until - since)) * (width - left - 6);
  const y = (seconds: number) => height - bottom - (Math.log10(Math.max(1, seconds)) / top) * (height - bottom - 10);
  return (
    <figure class="d-figure">
      <figcaption>Lead time: from a commit to its end in {delivery.environment}, a dot for each commit</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label="Lead times; the table below says the same">
        {[60, 3600, 86_400, 604_800]
          .filter((seconds) => Math.log10(seconds) <= top)
          .map((seconds) => (
            <g key={seconds}>
              <line x1={left} x2={width} y1={y(seconds)} y2={y(seconds)} class="d-axis" />
              <text x="0" y={y(seconds) + 4}>
                {formatSeconds(seconds)}
              </text>
            </g>
          ))}
        {dots.map(({ service, finishedAt, seconds }, index) => (
          <circle key={index} cx={x(finishedAt)} cy={y(seconds)} r="3" class="d-dot">
            <title>{`${service}: ${formatSeconds(seconds)}`}</title>
          </circle>
        ))}
      </svg>
      <details>
        <summary>As a table</summary>
        <Table
          caption={`Lead times${dots.length > 200 ? ', the newest 200' : ''}`}
          heads={['Service', 'There since', 'Lead time']}
          empty="No commit is known to have come here in this time."
          rows={dots
            .slice(-200)
            .map(({ service, finishedAt, seconds }) => [service, <Time iso={finishedAt} />, formatSeconds(seconds)])}
        />
      </details>
    </figure>
  );
}

function BinsTable({ bins }: { readonly bins: readonly DeliveryBin[] }) {
  const busy = bins.filter(({ deployed, failed, undecided }) => deployed + failed + undecided > 0);
  return (
    <details>
      <summary>As a table</summary>
      <Table
        caption="Changes over time"
        heads={['From', 'Stayed', 'Failed or taken back', 'Cancelled or abandoned']}
        empty="No change in this time."
        rows={busy.map(({ from, deployed, failed, undecided }) => [<Time iso={from} />, deployed, failed, undecided])}
      />
    </details>
  );
}

function Bar({
  bin: { from, deployed, failed, undecided },
  x,
  width: across,
  length,
}: {
  readonly bin: DeliveryBin;
  readonly x: number;
  readonly width: number;
  readonly length: (count: number) => number;
}) {
  return (
    <g transform={`translate(${x} ${height - bottom})`}>
      <title>{`from ${from}: ${deployed} stayed, ${failed} failed, ${undecided} undecided`}</title>
      <rect x="1" width={across} y={-length(deployed)} height={length(deployed)} class="d-bar" />
      <rect
        x="1"
        width={across}
        y={-length(deployed + failed)}
        height={length(failed)}
        class="d-failed"
        fill="url(#d-failed)"
      />
      <rect
        x="1"
        width={across}
        y={-length(deployed + failed + undecided)}
        height={length(undecided)}
        class="d-undecided"
      />
    </g>
  );
}
