import { BuildNumber } from '../../../model/release/build-number.ts';
import type {
  CanaryProgress,
  CanaryWish,
  DeploymentOutcome,
  DeploymentRecord,
  DeploymentSummary,
  Hold,
  NewDeploymentRecord,
  ProbeResult,
  PublishedApi,
} from '../../../model/deploy/deployment-record.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { Release } from '../../../model/release/release.ts';
import { kindNameOf } from '../../../model/manifests/kind-name.ts';
import { recordShape } from './record-shape.ts';
import { keepApproval, readKept, type Kept } from './kept-approval.ts';
import { packData, unpackData, type Revision } from './revision.ts';
import { newestMark, note, objectName, recordOf } from '../../../model/product/wire-names.ts';

type Metadata = Pick<KubernetesObject, 'metadata'>;

/** The immutable part of a record. Read by every later version of this tool: only add to it. */
type RecordData = Omit<NewDeploymentRecord, 'release' | 'cause' | 'hold'> & {
  readonly release: Omit<Release, 'buildNumber'> & { readonly buildNumber: string };
  readonly cause?: Kept<DeploymentRecord['cause']>;
  readonly hold?: Omit<Hold, 'buildNumber'> & { readonly buildNumber: string };
};

const outcomes: readonly DeploymentOutcome[] = ['running', 'succeeded', 'failed', 'cancelled', 'abandoned'];
/** Characters of a reason that a summary keeps. */
const longestReason = 500;

/** Name of the object that a record is kept in. */
export function nameOf(service: string, sequence: number): string {
  return `${objectName.ownPrefix}${service}-${sequence}`;
}

/** The object in which a record is begun. @param attempt tells it from another's of the same name. */
export function recordObject(record: DeploymentRecord, attempt: string): Revision {
  const { sequence, outcome, ...data } = record;
  const { manifests, release } = data;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: nameOf(release.service, sequence),
      labels: { [recordOf]: release.service, [newestMark]: 'true' },
      annotations: {
        [note.sequence]: String(sequence),
        [note.outcome]: outcome,
        [note.kinds]: [...new Set(manifests.map(kindNameOf))].join(' '),
        [note.attempt]: attempt,
        [note.summary]: writeSummary(record),
      },
    },
    revision: sequence,
    data: packData({ ...data, cause: keepApproval(data.cause) }),
  };
}

/** The text of the annotation `summary`. */
function writeSummary(record: DeploymentRecord): string {
  const { sequence: _sequence, outcome: _outcome, manifests: _manifests, ...facts } = record;
  const { cause, hold } = record;
  return JSON.stringify({
    ...facts,
    cause: keepApproval(shortened(cause)),
    ...(hold ? { hold: shortened(hold) } : {}),
  });
}

function shortened<T extends { readonly reason?: string }>(told: T): T {
  return told.reason === undefined ? told : { ...told, reason: told.reason.slice(0, longestReason) };
}

/** @returns undefined for what is no record that this version can read. */
export function readRecord({ metadata, data }: Revision): DeploymentRecord | undefined {
  const read = unpackData<RecordData>(data);
  if (!read || !recordShape.data(read)) return undefined;
  const facts = readFacts(read, { metadata });
  return facts && { ...facts, manifests: read.manifests };
}

/** The same by the metadata alone; undefined also for records of before there were summaries. */
export function readSummary({ metadata }: Metadata): DeploymentSummary | undefined {
  const read = readJson<Omit<RecordData, 'manifests'>>(metadata.annotations?.[note.summary]);
  return read && recordShape.summary(read) ? readFacts(read, { metadata }) : undefined;
}

function readFacts(read: Omit<RecordData, 'manifests'>, { metadata }: Metadata): DeploymentSummary | undefined {
  const { annotations = {} } = metadata;
  const buildNumber = BuildNumber.parse(read.release.buildNumber);
  const sequence = Number(annotations[note.sequence]);
  if (!buildNumber || !Number.isSafeInteger(sequence)) return undefined;
  const { hold: heldData, cause = { action: 'deploy' }, ...facts } = read;
  const hold = heldData && readHold(heldData);
  const reason = annotations[note.reason];
  const finishedAt = recordShape.time(annotations[note.finishedAt]) ? annotations[note.finishedAt] : undefined;
  const probe = readNote<ProbeResult>(metadata, 'probe');
  const published = readNote<readonly PublishedApi[]>(metadata, 'published');
  const canaryProgress = readNote<CanaryProgress>(metadata, 'canary');
  const canaryWish = readNote<CanaryWish>(metadata, 'canaryWish');
  return {
    ...facts,
    release: { ...read.release, buildNumber },
    cause: readKept<DeploymentRecord['cause']>(cause),
    ...(hold ? { hold } : {}),
    sequence,
    outcome: readOutcome(annotations[note.outcome]),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(reason === undefined ? {} : { reason }),
    ...(annotations[note.fault] === 'build' ? { fault: 'build' as const } : {}),
    ...(probe === undefined ? {} : { probe }),
    ...(published === undefined ? {} : { published }),
    ...(canaryProgress === undefined ? {} : { canaryProgress }),
    ...(canaryWish === undefined ? {} : { canaryWish }),
  };
}

function readHold(held: NonNullable<RecordData['hold']>): Hold | undefined {
  const buildNumber = BuildNumber.parse(held.buildNumber);
  return buildNumber && { ...held, buildNumber };
}

/** Returns how a deployment ended; what is no way to end is none that succeeded. */
export function readOutcome(text: string | undefined): DeploymentOutcome {
  return text === undefined ? 'running' : (outcomes.find((outcome) => outcome === text) ?? 'abandoned');
}

/** Returns an annotation that anybody with the right to patch may have written; undefined for what is none of ours. */
function readNote<T extends object>(
  { annotations = {} }: Metadata['metadata'],
  name: 'probe' | 'published' | 'canary' | 'canaryWish',
): T | undefined {
  const value = readJson<T>(annotations[note[name]]);
  return value !== undefined && recordShape[name](value) ? value : undefined;
}

/** @returns undefined for a text that is not there, or is no JSON object. */
export function readJson<T extends object>(text: string | undefined): T | undefined {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
