import type { DeploymentSummary } from '../../../model/deploy/deployment-record.ts';
import { describeHold } from '../../../model/rollback/hold.ts';
import { formatMoment } from '../../../model/text/timestamp.ts';
import { textTable, type Cell } from '../../../model/text/text-table.ts';
import type { Behind } from '../../../use-cases/observe/behind.ts';
import { describeObjectDrift } from '../../../model/observe/describe-drift.ts';
import type { EnvironmentStatus, ServiceStatus, Status } from '../../../use-cases/observe/status.ts';
import { shortDigests } from './short-digests.ts';
import type { Terminal } from './terminal.ts';
import { unreachableLines } from './unreachable-lines.ts';

type Deployed = Extract<EnvironmentStatus, { state: 'deployed' }>;

/** The terminal and the time for which a grid is formatted. */
export interface Shown {
  readonly terminal: Terminal;
  readonly now: Date;
}

/** Services above which one that is well takes one line, so that a screen shows more of them. */
const mostInFull = 10;

/** Returns a grid of services by environments, below it in full what is not as it should be, and how many there are. */
export function statusGrid({ services, branch, provisioned }: Status, { terminal, now }: Shown): string[] {
  const names = services[0]?.environments.map(({ environment }) => environment) ?? [];
  const isShort = services.length > mostInFull;
  const rows = services.map(({ service, isInWorkspace, environments }): Cell[] => [
    isInWorkspace ? service : [service, terminal.paint('caution', 'not in this workspace')],
    ...environments.map((found) =>
      isShort && isWell(found) ? shortCell(found, terminal) : cellLines(found, { terminal, now }),
    ),
  ]);
  const branchLine =
    branch.problem === undefined
      ? []
      : [
          `How far behind ${branch.name} they are ${branch.commit === undefined ? 'is not known' : 'may be old'}: ${branch.problem}`,
        ];
  const versions = provisioned.map(({ environment, version }) => `${environment} ${version}`);
  return [
    ...textTable([['SERVICE', ...names], ...rows], terminal.columns),
    ...(versions.length === 0 ? [] : [`Provisioned: ${versions.join(', ')}`]),
    ...troubleLines(services, terminal),
    ...branchLine,
    ...(services.length > 1 ? sumLine(services, terminal) : []),
  ];
}

/** Reports whether there is nothing to say of a cell but what runs. */
function isWell(found: EnvironmentStatus): found is Deployed {
  return (
    found.state === 'deployed' &&
    found.running?.health === 'healthy' &&
    found.record?.outcome === 'succeeded' &&
    marksOf(found).length === 0
  );
}

/** Returns `38 healthy, 1 held, 1 drifted`: each deployed cell counts once, by the worst of it. */
function sumLine(services: readonly ServiceStatus[], { mark }: Terminal): string[] {
  const found = services.flatMap(({ environments }) => environments).filter(({ state }) => state !== 'absent');
  if (found.length === 0) return [];
  const counts = new Map<string, number>();
  for (const one of found) counts.set(stateWord(one), (counts.get(stateWord(one)) ?? 0) + 1);
  const words = ['healthy', ...[...counts.keys()].filter((word) => word !== 'healthy').sort()];
  const text = words.flatMap((word) => (counts.has(word) ? [`${counts.get(word)} ${word}`] : [])).join(', ');
  return ['', mark(counts.get('healthy') === found.length ? 'good' : 'caution', text)];
}

function stateWord(found: EnvironmentStatus): string {
  if (found.state !== 'deployed') return found.state;
  const { running, hold, drift, foreignDigests, record } = found;
  if (!running) return 'gone';
  if (running.health !== 'healthy') return running.health;
  if (record && record.outcome !== 'succeeded' && record.outcome !== 'running') return record.outcome;
  if (drift.length + foreignDigests.length > 0) return 'drifted';
  return hold ? 'held' : 'healthy';
}

function shortCell(found: Deployed, terminal: Terminal): string {
  const behind = behindText(found.behind);
  return `${runningText(found, terminal)}${behind === '' ? '' : `, ${behind}`}`;
}

function cellLines(found: EnvironmentStatus, { terminal, now }: Shown): string[] {
  const { paint, mark } = terminal;
  if (found.state === 'absent') return ['-'];
  if (found.state === 'unreachable') return [mark('caution', '? cannot be reached')];
  const marks = [
    ...[behindText(found.behind)].filter((text) => text !== ''),
    ...marksOf(found).map((text) => paint('bad', text)),
  ];
  return [runningText(found, terminal), sinceText(found.record, now), ...(marks.length > 0 ? [marks.join('  ')] : [])];
}

/** Returns a cell in one line, and below it what is not as it should be. */
export function cellWithTroubles(found: EnvironmentStatus, shown: Shown): string[] {
  return [cellLines(found, shown).join('  '), ...(found.state === 'deployed' ? troublesOf(found) : [])];
}

function runningText({ running, record }: Deployed, { paint, mark }: Terminal): string {
  if (!running) return `${record?.release.buildNumber ?? '?'}  ${mark('bad', 'gone')}`;
  const { buildNumber = '?', commit, podsReady, podsWanted, health } = running;
  const dirty = record?.release.dirty === true ? '+dirty' : '';
  const tone = health === 'healthy' ? 'good' : health === 'rolling-out' ? 'caution' : 'bad';
  const name = paint('faint', `${commit?.slice(0, 12) ?? '?'}${dirty}`);
  return `${buildNumber} ${name}  ${mark(tone, `${podsReady}/${podsWanted} ${health}`)}`;
}

function sinceText(record: DeploymentSummary | undefined, now: Date): string {
  if (!record) return 'no record';
  const { outcome, startedAt, finishedAt = startedAt, actor, cause, release } = record;
  const by = `by ${actor.person}${cause.action === 'deploy' ? '' : ` (${cause.action})`}`;
  if (outcome === 'succeeded') return `since ${formatMoment(finishedAt, now)} ${by}`;
  if (outcome === 'running') return `${release.buildNumber} being deployed since ${formatMoment(startedAt, now)} ${by}`;
  return `${release.buildNumber} ${outcome} ${formatMoment(finishedAt, now)} ${by}`;
}

function marksOf({ hold, drift, foreignDigests, record }: Deployed): string[] {
  return [
    ...(hold ? ['HELD'] : []),
    ...(drift.length + foreignDigests.length > 0 ? ['DRIFT'] : []),
    ...(record && ['failed', 'abandoned', 'cancelled'].includes(record.outcome) ? [record.outcome.toUpperCase()] : []),
  ];
}

function behindText(behind: Behind | undefined): string {
  if (!behind) return '';
  if ('unknown' in behind) return '? behind';
  if (behind.commits === 0 && !behind.isLeast) return 'up to date';
  return `${behind.commits}${behind.isLeast ? '+' : ''} behind`;
}

function troubleLines(services: readonly ServiceStatus[], { mark }: Terminal): string[] {
  const all = services.flatMap(({ service, environments }) =>
    environments.flatMap((found) =>
      found.state === 'deployed' ? troublesOf(found).map((line) => `${service} in ${found.environment}: ${line}`) : [],
    ),
  );
  return [...all, ...unreachableLines(services[0]?.environments)].map((line) => mark('caution', line));
}

/** Returns a line for each thing in a cell that is not as it should be. */
function troublesOf({ environment, hold, drift, foreignDigests, running, record }: Deployed): string[] {
  const { outcome, reason } = record ?? {};
  return [
    ...(hold ? [`held: ${describeHold(hold, environment)}`] : []),
    ...(reason !== undefined && outcome !== 'succeeded'
      ? [`${record?.release.buildNumber} ${outcome}: ${oneLine(reason)}`]
      : []),
    ...foreignDigests.map((digest) =>
      shortDigests(`drift: pods run ${digest}; deployed was ${record?.release.imageDigest}`),
    ),
    ...(running || !record ? [] : ['drift: its workload is gone']),
    ...drift.flatMap(describeObjectDrift).map((line) => `drift: ${line}`),
  ];
}

/** For scripts: full names, and of the record all but its manifests. */
export function statusFacts({ service, isInWorkspace, environments }: ServiceStatus): object {
  return { service, isInWorkspace, environments: environments.map(cellFacts) };
}

function cellFacts(found: EnvironmentStatus): object {
  if (found.state !== 'deployed') return found;
  const { running, record, ...rest } = found;
  return { ...rest, ...running, ...(record ? { deployment: record } : {}) };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}
