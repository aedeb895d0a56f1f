import { describeApproval } from './approval.ts';
import { forgettable } from './record-retention.ts';
import type { KeptDeployment, LoggedBegin, LoggedDeployment, LoggedEnd } from './deployment-log.ts';

/** How records of a service in an environment and its log disagree; by these names `audit` tells it. */
export interface LogDifference {
  readonly type:
    | 'record-differs-from-log'
    | 'record-gone'
    | 'record-not-logged'
    | 'log-gap'
    | 'log-without-end'
    | 'log-time-differs'
    | 'log-unreadable';
  /** Counts deployments. */
  readonly sequence: number;
  /** A sentence about it. */
  readonly says: string;
}

/** Records of a service, and its log. */
export interface LogEvidence {
  readonly environment: string;
  /** In any order. Read before the log was. */
  readonly records: readonly KeptDeployment[];
  /** In any order; of all deployments from some sequence on. */
  readonly log: readonly LoggedDeployment[];
  /** Hashes of the manifests of records that are not those of which the log tells, by sequence (`othersThanLogged`). */
  readonly manifests: ReadonlyMap<number, string>;
  /** When the environment got its log: records of before are not in it. ISO 8601. */
  readonly since: string | undefined;
  readonly now: Date;
}

/** Milliseconds within which a deployment's lines follow it, and that clocks may differ by; the policy of the cluster takes as much. */
const tolerance = 15 * 60_000;
/** Milliseconds for which a line that is not there may still be under way. */
const underWay = 60_000;

/** Returns the records that are not those of which the log tells: made again, or of a line that does not name one. */
export function othersThanLogged({ records, log }: Pick<LogEvidence, 'records' | 'log'>): KeptDeployment[] {
  const begins = new Map(log.map(({ sequence, begin }) => [sequence, begin]));
  return records.filter(({ sequence, id }) => {
    const begin = begins.get(sequence);
    return begin !== undefined && begin.record !== id;
  });
}

/** Compares the records of a service with its log. What is not old enough to be certain of is left out. */
export function compareLog(evidence: LogEvidence): LogDifference[] {
  const records = new Map(evidence.records.map((record) => [record.sequence, record]));
  const log = new Map(evidence.log.map((logged) => [logged.sequence, logged]));
  return [
    ...[...records.values()].flatMap((record) => aboutRecord(record, log.get(record.sequence), evidence)),
    ...[...log.values()].flatMap(aboutLines),
    ...goneRecords(evidence, records),
    ...gaps(records, log),
  ].sort((a, b) => b.sequence - a.sequence);
}

function aboutRecord(
  record: KeptDeployment,
  logged: LoggedDeployment | undefined,
  { environment, manifests, since, now }: LogEvidence,
): LogDifference[] {
  const { sequence, outcome } = record;
  const name = `Deployment ${sequence} (${record.release.buildNumber})`;
  if (!logged) {
    const isOfBefore = since === undefined || Date.parse(record.createdAt) < Date.parse(since);
    if (isOfBefore || isRecent(record.createdAt, now)) return [];
    const says = `${name} is recorded, and the log has no line of it, though it is there since ${since}.`;
    return [{ type: 'record-not-logged', sequence, says }];
  }
  const { begin, end } = logged;
  const differences = [
    ...(begin ? beginDifferences(record, begin, { environment, manifests: manifests.get(sequence) }) : []),
    ...(end && outcome !== 'running' ? endDifferences(record, end) : []),
  ];
  const lacksEnd = begin && !end && outcome !== 'running' && !isRecent(record.finishedAt, now);
  return [
    ...(differences.length === 0
      ? []
      : [{ type: 'record-differs-from-log' as const, sequence, says: `${name}: ${differences.join('; ')}.` }]),
    ...(lacksEnd
      ? [
          {
            type: 'log-without-end' as const,
            sequence,
            says: `${name} is recorded as ${outcome}, and the log has only its beginning.`,
          },
        ]
      : []),
  ];
}

/** Returns what differs, as clauses. */
function beginDifferences(
  record: KeptDeployment,
  begin: LoggedBegin,
  { environment, manifests }: { readonly environment: string; readonly manifests: string | undefined },
): string[] {
  const { release, cause, actor } = record;
  const pairs: (readonly [string, string | undefined, string | undefined])[] = [
    ['the environment', record.environment, begin.environment],
    ['the build', release.buildNumber.toString(), begin.build.toString()],
    ['the commit', release.commit, begin.commit],
    ['the digest', release.imageDigest, begin.digest],
    ['the content', release.contentHash, begin.contentHash],
    ['the action', cause.action, begin.action],
    ['the person', actor.person, begin.actor.person],
    ['the run', actor.run, begin.actor.run],
    ['who approved', cause.approvedBy && describeApproval(cause.approvedBy), begin.approvedBy],
    ['the account', actor.identity, begin.actor.identity],
    ['when it began', record.startedAt, begin.startedAt],
  ];
  const differing = pairs.flatMap(([what, recorded, logged]) =>
    isSame(recorded, logged)
      ? []
      : [`${what} is ${recorded ?? 'nobody'} in the record and ${logged ?? 'nobody'} in the log`],
  );
  const isAnother = manifests !== undefined && manifests !== begin.manifests;
  const isElsewhere = begin.environment !== environment && record.environment === begin.environment;
  return [
    ...differing,
    ...(isElsewhere ? [`both are of ${begin.environment}`] : []),
    ...(isAnother ? [`the record was made ${record.createdAt}, with other manifests than the one in the log`] : []),
  ];
}

function endDifferences({ outcome, finishedAt }: KeptDeployment, end: LoggedEnd): string[] {
  const differing = outcome === end.outcome ? [] : [`it ${outcome} by the record and ${end.outcome} by the log`];
  return finishedAt === end.finishedAt
    ? differing
    : [...differing, `it ended ${finishedAt ?? 'never'} by the record and ${end.finishedAt} by the log`];
}

/** Reports whether a text is that of the log, which keeps the beginning of long ones. */
function isSame(recorded: string | undefined, logged: string | undefined): boolean {
  return recorded === logged || (logged?.endsWith('…') === true && recorded?.startsWith(logged.slice(0, -1)) === true);
}

/** Finds lines that say another time than that at which they were written, which the cluster checked, and unreadable ones. */
function aboutLines({ sequence, begin, end, unreadable }: LoggedDeployment): LogDifference[] {
  const times = [
    ...(begin ? [['began', begin.startedAt, begin.at] as const] : []),
    ...(end ? [['ended', end.finishedAt, end.at] as const] : []),
  ];
  return [
    ...times.flatMap(([what, told, written]) =>
      Math.abs(Date.parse(told) - Date.parse(written)) <= tolerance
        ? []
        : [
            {
              type: 'log-time-differs' as const,
              sequence,
              says: `Deployment ${sequence} says that it ${what} ${told}; that line was written ${written}.`,
            },
          ],
    ),
    ...unreadable.map((line) => ({
      type: 'log-unreadable' as const,
      sequence,
      says: `The line ${sequence}.${line} of the log is not one that this tool writes.`,
    })),
  ];
}

/** Finds logged deployments whose record is gone, though it is not one of those that are forgotten. */
function goneRecords({ log, now }: LogEvidence, records: ReadonlyMap<number, KeptDeployment>): LogDifference[] {
  const known = [
    ...records.values(),
    ...log
      .filter(({ sequence }) => !records.has(sequence))
      .map(({ sequence, end }) => ({ sequence, outcome: end?.outcome ?? ('running' as const) })),
  ];
  const forgotten = new Set(forgettable(known).map(({ sequence }) => sequence));
  return log.flatMap(({ sequence, begin, end }) => {
    if (records.has(sequence) || forgotten.has(sequence) || !begin || isRecent(begin.at, now)) return [];
    const how = end ? `${end.outcome} ${end.finishedAt}` : 'has no end in the log';
    const says = `Deployment ${sequence} (${begin.build}) began ${begin.startedAt} by ${begin.actor.person}, ${how}; its record was deleted, though it is one of those that are kept.`;
    return [{ type: 'record-gone' as const, sequence, says }];
  });
}

/** Finds sequences between those of the log that have neither a line nor a record. */
function gaps(
  records: ReadonlyMap<number, KeptDeployment>,
  log: ReadonlyMap<number, LoggedDeployment>,
): LogDifference[] {
  const sequences = [...log.keys()].sort((a, b) => a - b);
  return sequences.flatMap((sequence, index) => {
    const before = sequences[index - 1];
    if (before === undefined || sequence - before <= 1) return [];
    const missing = Array.from({ length: Math.min(sequence - before - 1, 1000) }, (_, step) => before + 1 + step);
    const unknown = missing.filter((each) => !records.has(each));
    if (unknown.length === 0) return [];
    const [first, last] = [unknown[0]!, unknown.at(-1)!];
    const which = first === last ? `deployment ${first}` : `deployments ${first} to ${last}`;
    const says = `The log goes from deployment ${before} to ${sequence}; of ${which} there is neither a line nor a record.`;
    return [{ type: 'log-gap' as const, sequence: first, says }];
  });
}

function isRecent(time: string | undefined, now: Date): boolean {
  return time !== undefined && now.getTime() - Date.parse(time) < underWay;
}
