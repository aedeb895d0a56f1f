import { reasonOf } from './unreachable-lines.ts';
import { describeApproval } from '../../../model/deploy/approval.ts';
import type { DeploymentRecord } from '../../../model/deploy/deployment-record.ts';
import type { LoggedDeployment } from '../../../model/deploy/deployment-log.ts';
import { describeProbe } from '../../../model/deploy/probe-result.ts';
import { describeDuration } from '../../../model/text/duration.ts';
import { describeException } from '../../../model/manifests/rules/downtime/downtime-exceptions.ts';
import { textTable, wrapped } from '../../../model/text/text-table.ts';
import { formatMoment } from '../../../model/text/timestamp.ts';
import type { EnvironmentHistory } from '../../../use-cases/observe/history.ts';
import { tookOf } from './describe-deploy.ts';
import type { Terminal, Tone } from './terminal.ts';

const header = ['#', 'BUILD', 'COMMIT', 'ACTION', 'OUTCOME', 'STARTED', 'TOOK', 'PERSON', 'RUN', 'REQUESTS MEANWHILE'];

const tones: Readonly<Record<DeploymentRecord['outcome'], Tone>> = {
  succeeded: 'good',
  running: 'caution',
  failed: 'bad',
  cancelled: 'caution',
  abandoned: 'caution',
};

/** Returns the deployments of a service to one environment as lines: why each was made, or failed, in full below it. */
export function describeHistory(service: string, found: EnvironmentHistory, terminal: Terminal, now: Date): string[] {
  const title = `${service} in ${found.environment}`;
  if (found.state === 'unreachable') return [title, `  ${reasonOf(found)}`];
  const { records, logged } = found;
  if (records.length === 0 && logged.length === 0) return [title, '  never deployed'];
  const columns = terminal.columns === undefined ? undefined : terminal.columns - 2;
  const rows = [
    ...records.map((record) => ({ sequence: record.sequence, cells: row(record, terminal, now) })),
    ...logged.map((each) => ({ sequence: each.sequence, cells: loggedRow(each, terminal, now) })),
  ].sort((a, b) => b.sequence - a.sequence);
  const lines = textTable([header, ...rows.map(({ cells }) => cells)], columns);
  // Each row begins with its number, also where its cells stand below each other.
  const whys = new Map<string, string[]>([
    ...records.map((record, index) => [`#${record.sequence}`, whyLines(record, records[index + 1], columns)] as const),
    ...logged.map((each) => [`#${each.sequence}`, loggedLines(each, columns)] as const),
  ]);
  let pending: readonly string[] = [];
  const shown: string[] = [];
  for (const line of lines) {
    const why = whys.get(/^#\d+/.exec(line)?.[0] ?? '');
    if (why) {
      shown.push(...pending);
      pending = why;
    }
    shown.push(line);
  }
  return [title, ...[...shown, ...pending].map((line) => `  ${line}`)];
}

function row(record: DeploymentRecord, { mark, paint }: Terminal, now: Date): string[] {
  const { sequence, release, cause, outcome, startedAt, actor, probe, canary } = record;
  const took = tookOf(record);
  return [
    `#${sequence}`,
    release.buildNumber.toString(),
    paint('faint', release.commit.slice(0, 12)),
    canary === undefined
      ? cause.action
      : `${cause.action} (canary ${canary.steps.map((step) => `${step}%`).join(', ')})`,
    mark(tones[outcome], outcome),
    formatMoment(startedAt, now),
    took === undefined ? '-' : describeDuration(took),
    approvedActor(actor.person, cause.approvedBy && describeApproval(cause.approvedBy)),
    actor.run,
    probe ? describeProbe(probe) : '-',
  ];
}

/** A deployment of which the log alone tells. */
function loggedRow({ sequence, begin, end }: LoggedDeployment, { mark, paint }: Terminal, now: Date): string[] {
  const outcome = end?.outcome;
  const took = begin && end ? tookOf({ startedAt: begin.startedAt, finishedAt: end.finishedAt }) : undefined;
  const told = end ? mark(tones[end.outcome], outcome ?? '') : mark('caution', 'unknown');
  if (!begin) return [`#${sequence}`, '-', '-', '-', told, '-', '-', '-', '-', '-'];
  return [
    `#${sequence}`,
    begin.build.toString(),
    paint('faint', begin.commit.slice(0, 12)),
    begin.action,
    told,
    formatMoment(begin.startedAt, now),
    took === undefined ? '-' : describeDuration(took),
    approvedActor(begin.actor.person, begin.approvedBy),
    begin.actor.run,
    '-',
  ];
}

function loggedLines({ begin, end, unreadable }: LoggedDeployment, columns: number | undefined): string[] {
  return indented(
    [
      ['why', begin?.reason],
      ['why', end?.reason],
      ['with', begin?.overrides?.join(' ')],
      ['record', 'none; this is its line in the log, and its manifests are those of its git tag'],
      ...unreadable.map((line) => ['log', `its line "${line}" cannot be read`] as const),
    ],
    columns,
  );
}

function approvedActor(person: string, approvedBy: string | undefined): string {
  return approvedBy === undefined ? person : `${person}, approved by ${approvedBy}`;
}

/**
 * The reason that the person gave, the one of a failure, and why a build was deployed that ran already; what was accepted by
 * options and by the manifests.
 */
function whyLines(
  { cause, reason, release, outcome, exceptions = [], publishes = [], published }: DeploymentRecord,
  before: DeploymentRecord | undefined,
  columns: number | undefined,
): string[] {
  const isAgain = before?.outcome === 'succeeded' && before.release.buildNumber.equals(release.buildNumber);
  const again = isAgain ? 'this build ran already; its objects differed from its manifests' : undefined;
  const { overrides } = cause;
  const told: (readonly [string, string | undefined])[] = [
    ['why', cause.reason ?? again],
    ['why', reason],
    ['with', overrides?.join(' ')],
    ...publishes.map(({ api, revision }) => {
      const isOpen =
        outcome === 'running' || published?.some((each) => each.api === api && each.openedAt !== undefined);
      return ['API', `${api}, revision ${revision}${isOpen ? '' : ', which clients did not get'}`] as const;
    }),
    ...exceptions.map((each) => ['accepted', describeException(each)] as const),
  ];
  return indented(told, columns);
}

function indented(told: readonly (readonly [head: string, text: string | undefined])[], columns = Infinity): string[] {
  return told.flatMap(([head, text]) => {
    if (text === undefined) return [];
    const indent = head.length + 6;
    const [first = '', ...others] = wrapped(text.replaceAll(/\s+/g, ' ').trim(), columns - indent);
    return [`    ${head}: ${first}`, ...others.map((line) => `${' '.repeat(indent)}${line}`)];
  });
}
