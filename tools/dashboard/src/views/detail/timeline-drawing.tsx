import type { Commit } from '../../../../plugin/src/model/commits/commit.ts';
import { describeDeployment } from '../../../../plugin/src/model/dashboard/activity.ts';
import type { ServicePage, ShownDeployment } from '../../../../plugin/src/model/dashboard/service-page.ts';
import { laneOf, TimeScale, type Lane } from '../../../../plugin/src/model/dashboard/timeline.ts';

/** Pixels: of the main branch's dots, of a lane with nothing but its name, and of one with builds beside its bars. */
const laneWidths = { main: 64, name: 90, builds: 150 };
const barWidth = 18;
/** Room for what stands beside the last lane: `20261124-4 abandoned`. */
const longestWord = 60;
const top = 36;

/** Time downwards from now, one lane for commits of the main branch and one for each environment. The table says the same. */
export function TimelineDrawing({ page }: { readonly page: ServicePage }) {
  const now = Date.parse(page.now);
  const lanes = drawnLanes(page.environments);
  const commits = 'unknown' in page.commits ? [] : page.commits;
  const scale = scaleOf(page, commits);
  const y = (moment: number) => top + scale.at(Math.min(moment, now));
  const height = top + scale.length + 24;
  const last = lanes.at(-1);
  const width = (last ? last.x + last.width : laneWidths.main) + longestWord;
  return (
    <figure class="d-figure">
      <figcaption>
        What ran where, the newest at the top; times with little in them are drawn short. Below it the same as a table.
      </figcaption>
      <div class="d-scroll" tabIndex={0} role="region" aria-label="Timeline">
        <svg
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="group"
          aria-label={`Timeline of ${page.service}`}
        >
          <HatchPattern />
          <text x="8" y="20">
            main
          </text>
          <Commits commits={commits} y={y} />
          {lanes.map(({ name, lane, isCut, isKnown, x }) => (
            <g key={name} transform={`translate(${x} 0)`}>
              <text x="0" y="20">
                {isKnown ? name : `${name} ?`}
              </text>
              <LaneDrawing lane={lane} y={y} now={now} />
              {isCut && (
                <path class="d-torn" d={tornEdge(height - 18)}>
                  <title>Older ones are not kept</title>
                </path>
              )}
            </g>
          ))}
        </svg>
      </div>
    </figure>
  );
}

function LaneDrawing({
  lane,
  y,
  now,
}: {
  readonly lane: Lane;
  readonly y: (moment: number) => number;
  readonly now: number;
}) {
  return (
    <>
      <Held held={lane.held} y={y} now={now} />
      {lane.runs.map(({ deployment, from, to }) => (
        <g key={deployment.sequence}>
          <rect x="0" y={y(to ?? now)} width={barWidth} height={lengthOf(y, from, to ?? now)} rx="3" class="d-bar">
            <title>{describeDeployment(deployment)}</title>
          </rect>
          <Head deployment={deployment} y={y} now={now} />
          <text x={barWidth + 14} y={y(from) + 4} class="d-build">
            {deployment.build}
          </text>
        </g>
      ))}
      {lane.others.map((deployment) => (
        <g key={deployment.sequence}>
          <Head deployment={deployment} y={y} now={now} />
          <text x={barWidth + 14} y={y(endOf(deployment, now)) + 4} class="d-build d-attention">
            {`${deployment.outcome === 'running' ? '◐' : '✕'} ${deployment.build} ${deployment.outcome}`}
          </text>
        </g>
      ))}
      {lane.goneBack.map(({ from, at, sequence }) => (
        <path key={sequence} class="d-arc" d={`M -2 ${y(at)} C -26 ${y(at)} -26 ${y(from)} -2 ${y(from)}`} />
      ))}
    </>
  );
}

/** The deployment itself, as long as it took. */
function Head({
  deployment,
  y,
  now,
}: {
  readonly deployment: ShownDeployment;
  readonly y: (moment: number) => number;
  readonly now: number;
}) {
  const [began, ended] = [Date.parse(deployment.startedAt), endOf(deployment, now)];
  return (
    <rect
      x="-4"
      y={y(ended)}
      width={barWidth + 8}
      height={lengthOf(y, began, ended)}
      rx="2"
      class={`d-head d-${deployment.outcome}`}
    >
      <title>{describeDeployment(deployment)}</title>
    </rect>
  );
}

function endOf({ finishedAt }: ShownDeployment, now: number): number {
  return finishedAt === undefined ? now : Date.parse(finishedAt);
}

function lengthOf(y: (moment: number) => number, from: number, to: number): number {
  return Math.max(3, y(from) - y(to));
}

/** A zigzag below the last that is kept. */
function tornEdge(at: number): string {
  return `M -6 ${at} l 6 6 l 6 -6 l 6 6 l 6 -6 l 6 6`;
}

function HatchPattern() {
  return (
    <defs>
      <pattern id="d-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line x1="0" y1="0" x2="0" y2="6" class="d-hatch" />
      </pattern>
    </defs>
  );
}

function Commits({ commits, y }: { readonly commits: readonly Commit[]; readonly y: (moment: number) => number }) {
  return (
    <>
      {commits.map(({ id, subject, author, date }) => (
        <a key={id} href={`/commit/${id}`} aria-label={`Commit ${subject}`}>
          <circle cx="16" cy={y(Date.parse(date))} r="4" class="d-commit">
            <title>{`${id.slice(0, 12)} ${author}: ${subject}`}</title>
          </circle>
        </a>
      ))}
    </>
  );
}

function Held({
  held,
  y,
  now,
}: {
  readonly held: Lane['held'];
  readonly y: (moment: number) => number;
  readonly now: number;
}) {
  return (
    <>
      {held.map(({ hold, from, to }) => (
        <rect
          key={hold.since}
          x="-6"
          y={y(to ?? now)}
          width={barWidth + 12}
          height={lengthOf(y, from, to ?? now)}
          fill="url(#d-hatch)"
        >
          <title>{`Held up to ${hold.build} by ${hold.by}${hold.reason === undefined ? '' : `: ${hold.reason}`}`}</title>
        </rect>
      ))}
    </>
  );
}

/** Begins now, and has a place for each commit, begin and end. */
function scaleOf({ environments, now }: ServicePage, commits: readonly Commit[]): TimeScale {
  const all = environments.flatMap((each) => (each.state === 'read' ? each.deployments : []));
  const moments = all.flatMap(({ startedAt, finishedAt }) => [startedAt, finishedAt ?? now]);
  const placed = [now, ...moments, ...commits.map(({ date }) => date)].map((iso) => Date.parse(iso));
  return new TimeScale(placed, { least: 8, most: 44 });
}

/** Returns what is drawn of each environment, and where: a window of a phone has room for few builds. */
function drawnLanes(environments: ServicePage['environments']) {
  let next = laneWidths.main;
  return environments.map((found) => {
    const { environment: name, state } = found;
    const isKnown = state === 'read';
    const deployments = isKnown ? found.deployments : [];
    const width = deployments.length > 0 ? laneWidths.builds : laneWidths.name;
    const x = next;
    next += width;
    return { name, isCut: isKnown && found.isCut, isKnown, lane: laneOf(deployments), x, width };
  });
}
