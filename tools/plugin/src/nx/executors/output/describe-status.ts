import type { DeploymentSummary } from '../../../model/deploy/deployment-record.ts';
import { describeHold } from '../../../model/rollback/hold.ts';
import { formatTimestamp } from '../../../model/text/timestamp.ts';
import { textTable } from '../../../model/text/text-table.ts';
import type { Behind } from '../../../use-cases/observe/behind.ts';
import { describeObjectDrift } from '../../../model/observe/describe-drift.ts';
import type { EnvironmentStatus, ServiceStatus, Status } from '../../../use-cases/observe/status.ts';
import { unreachableLines } from './unreachable-lines.ts';

type Deployed = Extract<EnvironmentStatus, { state: 'deployed' }>;

/** A grid of services by environments, and below it in full what is not as it should be. */
export function statusGrid({ services, branch, provisioned }: Status): string[] {
  const names = services[0]?.environments.map(({ environment }) => environment) ?? [];
  const rows = services.flatMap((each) => gridRows(each));
  const branchLine =
    branch.problem === undefined
      ? []
      : [
          `How far behind ${branch.name} they are ${branch.commit === undefined ? 'is not known' : 'may be old'}: ${branch.problem}`,
        ];
  const versions = provisioned.map(({ environment, version }) => `${environment} ${version}`);
  return [
    ...textTable([['SERVICE', ...names], ...rows]),
    ...(versions.length === 0 ? [] : [`Provisioned: ${versions.join(', ')}`]),
    ...troubleLines(services),
    ...branchLine,
  ];
}

/** One service has as many rows as its fullest cell has lines. */
function gridRows({ service, isInWorkspace, environments }: ServiceStatus): string[][] {
  const cells = [isInWorkspace ? [service] : [service, 'not in this workspace'], ...environments.map(cellLines)];
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => cells.map((cell) => cell[line] ?? ''));
}

function cellLines(found: EnvironmentStatus): string[] {
  if (found.state === 'absent') return ['-'];
  if (found.state === 'unreachable') return ['? cannot be reached'];
  const marks = [behindText(found.behind), ...marksOf(found)].filter((mark) => mark !== '');
  return [runningText(found), sinceText(found.record), ...(marks.length > 0 ? [marks.join('  ')] : [])];
}

/** A cell in one line, and below it what is not as it should be. */
export function cellWithTroubles(found: EnvironmentStatus): string[] {
  return [cellLines(found).join('  '), ...(found.state === 'deployed' ? troublesOf(found) : [])];
}

function runningText({ running, record }: Deployed): string {
  if (!running) return `${record?.release.buildNumber ?? '?'}  gone`;
  const { buildNumber = '?', commit, podsReady, podsWanted, health } = running;
  const dirty = record?.release.dirty === true ? '+dirty' : '';
  return `${buildNumber} ${commit?.slice(0, 12) ?? '?'}${dirty}  ${podsReady}/${podsWanted} ${health}`;
}

function sinceText(record: DeploymentSummary | undefined): string {
  if (!record) return 'no record';
  const { outcome, startedAt, finishedAt = startedAt, actor, cause, release } = record;
  const by = `by ${actor.person}${cause.action === 'deploy' ? '' : ` (${cause.action})`}`;
  if (outcome === 'succeeded') return `since ${formatTimestamp(finishedAt)} ${by}`;
  if (outcome === 'running') return `${release.buildNumber} being deployed since ${formatTimestamp(startedAt)} ${by}`;
  return `${release.buildNumber} ${outcome} ${formatTimestamp(finishedAt)} ${by}`;
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

function troubleLines(services: readonly ServiceStatus[]): string[] {
  const all = services.flatMap(({ service, environments }) =>
    environments.flatMap((found) =>
      found.state === 'deployed' ? troublesOf(found).map((line) => `${service} in ${found.environment}: ${line}`) : [],
    ),
  );
  return [...all, ...unreachableLines(services[0]?.environments)];
}

/** What is not as it should be in one cell, each in a line. */
function troublesOf({ hold, drift, foreignDigests, running, record }: Deployed): string[] {
  const { outcome, reason } = record ?? {};
  return [
    ...(hold ? [`held: ${describeHold(hold)}`] : []),
    ...(reason !== undefined && outcome !== 'succeeded'
      ? [`${record?.release.buildNumber} ${outcome}: ${oneLine(reason)}`]
      : []),
    ...foreignDigests.map((digest) => `drift: pods run ${digest}; deployed was ${record?.release.imageDigest}`),
    ...(running || !record ? [] : ['drift: no workload runs it any more']),
    ...drift.flatMap(describeObjectDrift).map((line) => `drift: ${line}`),
  ];
}

/** For scripts: full names, and of the record what tells of it. */
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
