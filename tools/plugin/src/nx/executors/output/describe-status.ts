import type { DeploymentSummary } from '../../../model/deploy/deployment-record.ts';
import { describeCanary, describeJudges, isCanaryOn } from '../../../model/canary/canary-progress.ts';
import { describeFreeze } from '../../../model/environment/freeze.ts';
import { formatMoment } from '../../../model/text/timestamp.ts';
import { textTable, type Cell } from '../../../model/text/text-table.ts';
import type { Behind } from '../../../use-cases/observe/behind.ts';
import { isFirstRollout, mayRunUnread, troublesOf } from '../../../use-cases/observe/describe-troubles.ts';
import type { EnvironmentStatus, ServiceStatus, Status } from '../../../use-cases/observe/status.ts';
import type { Health, RunningService } from '../../../model/observe/running-service.ts';
import { describeException } from '../../../model/manifests/rules/downtime/downtime-exceptions.ts';
import { scheduleLines } from './describe-schedules.ts';
import { oneLine } from '../../../model/text/one-line.ts';
import type { Terminal, Tone } from './terminal.ts';
import { unreachableLines } from './unreachable-lines.ts';

type Deployed = Extract<EnvironmentStatus, { state: 'deployed' }>;

/** The terminal and the time for which a grid is formatted. */
export interface Shown {
  readonly terminal: Terminal;
  readonly now: Date;
  /** Services that lost their target `release`, and why. */
  readonly lost?: readonly { readonly service: string; readonly reason: string }[];
}

/** Services above which one that is well takes one line, so that a screen shows more of them. */
const mostInFull = 10;

/** Returns a grid of services by environments, below it in full what is not as it should be, and how many there are. */
export function statusGrid({ services, branch, provisioned, frozen }: Status, shown: Shown): string[] {
  const { terminal, now, lost = [] } = shown;
  const names = services[0]?.environments.map(({ environment }) => environment) ?? [];
  const isShort = services.length > mostInFull;
  const rows = services.map(({ service, isInWorkspace, environments }): Cell[] => [
    isInWorkspace ? service : [service, awayText(service, shown)],
    ...environments.map((found) =>
      isShort && isWell(found) ? shortCell(found, terminal) : cellLines(found, { terminal, now }),
    ),
  ]);
  const others = lost.filter((each) => !services.some(({ service }) => service === each.service));
  const lostRows = others.map(({ service }): Cell[] => [[service, awayText(service, shown)], ...names.map(() => '-')]);
  const branchLine =
    branch.problem === undefined
      ? []
      : [
          `How far behind ${branch.name} they are ${branch.commit === undefined ? 'is not known' : 'may be old'}: ${branch.problem}`,
        ];
  const versions = provisioned.map(({ environment, version }) => `${environment} ${version}`);
  return [
    ...textTable([['SERVICE', ...names], ...rows, ...lostRows], terminal.columns),
    ...(versions.length === 0 ? [] : [`Provisioned: ${versions.join(', ')}`]),
    ...frozen.map((each) => terminal.mark('caution', `${each.environment} ${describeFreeze(each)}`)),
    ...troubleLines(services, terminal),
    ...lost.map(({ reason }) => terminal.mark('bad', reason)),
    ...(isShort ? [] : noteLines(services, terminal)),
    ...branchLine,
    ...(services.length > 1 ? sumLine(services, terminal) : []),
  ];
}

/** Says why a service of an environment is none of the workspace. */
function awayText(service: string, { terminal: { paint }, lost = [] }: Shown): string {
  return lost.some((each) => each.service === service)
    ? paint('bad', 'no target release')
    : paint('caution', 'not in this workspace');
}

/** Reports whether there is nothing to say of a cell but what runs. */
function isWell(found: EnvironmentStatus): found is Deployed {
  return (
    found.state === 'deployed' &&
    (found.running?.health === 'healthy' || found.running?.health === 'done') &&
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
  const { running, hold, unhealthy, record } = found;
  if (isFirstRollout(found)) return 'rolling-out';
  if (!running) return mayRunUnread(found) ? 'not readable' : 'gone';
  if (running.health !== 'healthy' && running.health !== 'done') return running.health;
  if (record && isCanaryOn(record)) return 'canary';
  if (record && record.outcome !== 'succeeded' && record.outcome !== 'running') return record.outcome;
  if (unhealthy.length > 0) return 'unhealthy';
  if (hasDrift(found)) return 'drifted';
  if (found.unread.length > 0 || isDoorUnread(found)) return 'partly read';
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
  return [
    runningText(found, terminal),
    sinceText(found.record, now),
    ...scheduleLines(found.running?.schedules ?? [], now),
    ...apiLine(found),
    ...(marks.length > 0 ? [marks.join('  ')] : []),
  ];
}

/** Returns a cell in one line, and below it what is not as it should be. */
export function cellWithTroubles(found: EnvironmentStatus, shown: Shown): string[] {
  return [cellLines(found, shown).join('  '), ...(found.state === 'deployed' ? troublesOf(found) : [])];
}

function withoutWorkload(found: Deployed, mark: Terminal['mark']): string {
  if (isFirstRollout(found)) return mark('caution', 'rolling-out');
  return mayRunUnread(found) ? mark('caution', '? cannot be read') : mark('bad', 'gone');
}

function runningText(found: Deployed, { paint, mark }: Terminal): string {
  const { running, record } = found;
  if (!running) {
    return `${record?.release.buildNumber ?? '?'}  ${withoutWorkload(found, mark)}`;
  }
  const { buildNumber = '?', commit, health } = running;
  const dirty = record?.release.dirty === true ? '+dirty' : '';
  const tone = toneOf(health);
  const name = paint('faint', `${commit?.slice(0, 12) ?? '?'}${dirty}`);
  return `${buildNumber} ${name}  ${mark(tone, `${podsText(running)}${health}`)}`;
}

function toneOf(health: Health): Tone {
  if (health === 'healthy' || health === 'done') return 'good';
  return health === 'rolling-out' || health === 'suspended' ? 'caution' : 'bad';
}

/** Returns `2/2 `; nothing of a service that has no pods but those of its Jobs. */
function podsText({ podsReady, podsWanted, schedules, health }: RunningService): string {
  const isWithout = podsWanted === 0 && (schedules !== undefined || health === 'done' || health === 'failing');
  return isWithout ? '' : `${podsReady}/${podsWanted} `;
}

function sinceText(record: DeploymentSummary | undefined, now: Date): string {
  if (!record) return 'no record';
  const { outcome, startedAt, finishedAt = startedAt, actor, cause, release } = record;
  const by = `by ${actor.person}${cause.action === 'deploy' ? '' : ` (${cause.action})`}`;
  if (outcome === 'succeeded') return `since ${formatMoment(finishedAt, now)} ${by}`;
  if (outcome === 'running') return `${release.buildNumber} being deployed since ${formatMoment(startedAt, now)} ${by}`;
  return `${release.buildNumber} ${outcome} ${formatMoment(finishedAt, now)} ${by}`;
}

/** Returns `API 20261124-1`, of several `API orders 20261124-1, orders-v2 20261120-3`: the revisions that clients get. */
function apiLine({ apis: found }: Deployed): string[] {
  if (!found || !('apis' in found) || found.apis.length === 0) return [];
  const { apis } = found;
  return [`API ${apis.map(({ api, revision }) => (apis.length > 1 ? `${api} ${revision}` : revision)).join(', ')}`];
}

function hasDrift({ drift, foreignDigests, apis }: Deployed): boolean {
  const ofDoor = apis && 'drift' in apis ? apis.drift.length : 0;
  return drift.length + foreignDigests.length + ofDoor > 0;
}

function isDoorUnread({ apis }: Deployed): boolean {
  return apis !== undefined && 'reason' in apis;
}

function marksOf(found: Deployed): string[] {
  const { hold, unhealthy, record, unread } = found;
  const canary = record && describeCanary(record);
  return [
    ...(canary === undefined ? [] : [canary]),
    ...(hold ? ['HELD'] : []),
    ...(unhealthy.length > 0 ? ['UNHEALTHY'] : []),
    ...(hasDrift(found) ? ['DRIFT'] : []),
    ...(record && ['failed', 'abandoned', 'cancelled'].includes(record.outcome) ? [record.outcome.toUpperCase()] : []),
    ...(unread.length > 0 || isDoorUnread(found) ? ['PARTLY READ'] : []),
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

/**
 * Returns a line for each workload that may fail requests, because somebody accepted it, and for each remark on an object
 * that is well: no trouble, but to be known.
 */
function noteLines(services: readonly ServiceStatus[], { paint }: Terminal): string[] {
  return services.flatMap(({ service, environments }) =>
    environments.flatMap((found) =>
      found.state !== 'deployed'
        ? []
        : [
            ...judgeLines(found.record),
            ...(found.record?.exceptions ?? []).map((each) => `accepted: ${describeException(each)}`),
            ...found.remarks.map(({ kind, name, says }) => oneLine(`${kind} ${name}: ${says}`)),
          ].map((line) => paint('faint', `${service} in ${found.environment}: ${line}`)),
    ),
  );
}

function judgeLines(record: DeploymentSummary | undefined): string[] {
  const line = record && describeJudges(record);
  return line === undefined ? [] : [line];
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
