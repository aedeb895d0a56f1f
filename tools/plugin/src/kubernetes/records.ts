import { randomUUID } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BuildNumber } from '../model/build-number.ts';
import type {
  DeploymentEnding,
  DeploymentOutcome,
  DeploymentRecord,
  Hold,
  NewDeploymentRecord,
  ProbeResult,
} from '../model/deployment-record.ts';
import type { KubernetesObject } from '../model/kubernetes-object.ts';
import { Failure } from '../model/product-error.ts';
import { forgettable } from '../model/record-retention.ts';
import type { Release } from '../model/release.ts';
import { ApiError, explainApiError } from './api-error.ts';
import type { KubernetesApi } from './api.ts';
import { kindOf } from './prune.ts';
import { collectionPath } from './resources.ts';

/** Characters of a reason that an annotation keeps. */
const longestReason = 4000;
/** How often another deployer may take the sequence before us. */
const attempts = 50;

/** Not those of the service's objects: a StatefulSet would take a ControllerRevision with its labels for its own. */
const recordOf = 'poc.dev/record-of';
const note = {
  sequence: 'poc.dev/sequence',
  outcome: 'poc.dev/outcome',
  finishedAt: 'poc.dev/finished-at',
  reason: 'poc.dev/reason',
  probe: 'poc.dev/probe',
  kinds: 'poc.dev/kinds',
  attempt: 'poc.dev/attempt',
} as const;

interface Revision extends KubernetesObject {
  readonly revision?: number;
  readonly data?: unknown;
}

/**
 * Deployment records as `ControllerRevision` objects: their data can never be changed, how a deployment ended is in
 * annotations. Named `poc-<service>-<sequence>`.
 */
export class Records {
  private readonly api: KubernetesApi;
  private readonly path: string;
  /** The newest sequence seen, by service. */
  private readonly newest = new Map<string, number>();
  /** What was listed last and written since, by service: there is one writer, who lists when it has the lock. */
  private readonly known = new Map<string, KnownRecord[]>();

  constructor(api: KubernetesApi, namespace: string) {
    this.api = api;
    this.path = collectionPath('apps/v1', 'controllerrevisions', namespace);
  }

  /** Services that have records, in alphabetical order. */
  async services(): Promise<string[]> {
    return this.explaining('see which services were deployed', async () => {
      const all = await this.metadata();
      return [...new Set(all.map(({ metadata }) => metadata.labels?.[recordOf] ?? ''))].sort();
    });
  }

  /** All records of a service, newest first. */
  async list(service: string): Promise<DeploymentRecord[]> {
    return this.explaining(`read the deployments of ${service}`, async () => {
      const query = { labelSelector: `${recordOf}=${service}` };
      const { items = [] } = (await this.api.get<{ items: Revision[] }>(this.path, query)) ?? {};
      const records = items.flatMap((item) => readRecord(item) ?? []).sort((a, b) => b.sequence - a.sequence);
      this.newest.set(service, records[0]?.sequence ?? 0);
      this.known.set(service, items.map(knownRecord));
      return records;
    });
  }

  /** Kinds of the objects that a service has had, as `apps/v1/Deployment`. */
  async kinds(service: string): Promise<string[]> {
    return this.explaining(`read the deployments of ${service}`, async () => {
      const all = await this.knownOf(service);
      return [...new Set(all.flatMap(({ kinds }) => kinds))];
    });
  }

  /** Keeps a new record, with the next sequence. */
  async open(record: NewDeploymentRecord): Promise<DeploymentRecord> {
    const { service } = record.release;
    return this.explaining(`record the deployment of ${service}`, async () => {
      let newest = this.newest.get(service) ?? (await this.newestSequence(service));
      // Tells our own record from another's, should the answer be lost and the request be sent again.
      const attempt = randomUUID();
      for (let tries = 0; tries < attempts; tries++) {
        const opened: DeploymentRecord = { ...record, sequence: newest + 1, outcome: 'running' };
        if (await this.create(opened, attempt)) {
          this.newest.set(service, opened.sequence);
          const { sequence, outcome, manifests } = opened;
          const kinds = [...new Set(manifests.map(kindOf))];
          this.known.get(service)?.push({ name: nameOf(service, sequence), sequence, outcome, kinds });
          return opened;
        }
        newest = Math.max(newest + 1, await this.newestSequence(service));
      }
      throw new Failure({
        type: 'records-contended',
        doing: `record the deployment of ${service}`,
        reason: 'Others took every number that was tried.',
        remedy: 'Run the same command again when they are done.',
      });
    });
  }

  /** Adds how a deployment ended, and forgets old ones. */
  async close(record: DeploymentRecord, ending: DeploymentEnding): Promise<DeploymentRecord> {
    const { service } = record.release;
    return this.explaining(`record how the deployment of ${service} ended`, async () => {
      const { outcome, probe } = ending;
      const finishedAt = new Date().toISOString();
      const reason = ending.reason?.slice(0, longestReason);
      const annotations = {
        [note.outcome]: outcome,
        [note.finishedAt]: finishedAt,
        ...(reason === undefined ? {} : { [note.reason]: reason }),
        ...(probe === undefined ? {} : { [note.probe]: JSON.stringify(probe) }),
      };
      await this.api.send('PATCH', `${this.path}/${nameOf(service, record.sequence)}`, {
        body: { metadata: { annotations } },
        contentType: 'application/merge-patch+json',
      });
      const known = (await this.knownOf(service)).map((each) =>
        each.sequence === record.sequence ? { ...each, outcome } : each,
      );
      this.known.set(service, known);
      await this.forget(service);
      return {
        ...record,
        outcome,
        finishedAt,
        ...(reason === undefined ? {} : { reason }),
        ...(probe === undefined ? {} : { probe }),
      };
    });
  }

  private async knownOf(service: string): Promise<KnownRecord[]> {
    const known = this.known.get(service) ?? (await this.metadata(service)).map(knownRecord);
    this.known.set(service, known);
    return known;
  }

  private async forget(service: string): Promise<void> {
    const all = await this.knownOf(service);
    const old = forgettable(all);
    this.known.set(
      service,
      all.filter((each) => !old.includes(each)),
    );
    for (const { name } of old) {
      await this.api.send('DELETE', `${this.path}/${name}`).catch((error: unknown) => {
        if (!(error instanceof ApiError && error.code === 404)) throw error;
      });
    }
  }

  /** @returns false when another has the sequence. */
  private async create(record: DeploymentRecord, attempt: string): Promise<boolean> {
    const { service } = record.release;
    const name = nameOf(service, record.sequence);
    const kinds = [...new Set(record.manifests.map(kindOf))].join(' ');
    const body = {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name,
        labels: { [recordOf]: service },
        annotations: {
          [note.sequence]: String(record.sequence),
          [note.outcome]: record.outcome,
          [note.kinds]: kinds,
          [note.attempt]: attempt,
        },
      },
      revision: record.sequence,
      data: writeData(record),
    };
    try {
      await this.api.send('POST', this.path, { body, repeatable: true });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 409)) throw error;
      const there = await this.api.get(`${this.path}/${name}`);
      return there?.metadata.annotations?.[note.attempt] === attempt;
    }
  }

  private async newestSequence(service: string): Promise<number> {
    const all = await this.metadata(service);
    return Math.max(0, ...all.map(({ metadata }) => Number(metadata.annotations?.[note.sequence]) || 0));
  }

  /** Records without what they hold: a few hundred bytes each instead of tens of thousands. */
  private async metadata(service?: string): Promise<Pick<KubernetesObject, 'metadata'>[]> {
    const answer = (await this.api.send('GET', this.path, {
      query: { labelSelector: service === undefined ? recordOf : `${recordOf}=${service}` },
      accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
    })) as { items?: KubernetesObject[] };
    return answer.items ?? [];
  }

  private async explaining<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw explainApiError(error, doing, this.api);
    }
  }
}

/** What a record's metadata tells. */
interface KnownRecord {
  readonly name: string;
  readonly sequence: number;
  readonly outcome: DeploymentOutcome;
  readonly kinds: readonly string[];
}

function knownRecord({ metadata: { name, annotations = {} } }: Pick<KubernetesObject, 'metadata'>): KnownRecord {
  return {
    name,
    sequence: Number(annotations[note.sequence]),
    outcome: (annotations[note.outcome] ?? 'running') as DeploymentOutcome,
    kinds: (annotations[note.kinds] ?? '').split(' ').filter((kind) => kind !== ''),
  };
}

function nameOf(service: string, sequence: number): string {
  return `poc-${service}-${sequence}`;
}

/** What never changes of a record. Read by every later version of this tool: only add to it. */
type RecordData = Omit<NewDeploymentRecord, 'release' | 'cause' | 'hold'> & {
  readonly release: Omit<Release, 'buildNumber'> & { readonly buildNumber: string };
  readonly cause?: DeploymentRecord['cause'];
  readonly hold?: Omit<Hold, 'buildNumber'> & { readonly buildNumber: string };
};

/**
 * Compressed, always: the server compares the bytes of this data when an annotation is changed, and writes `>` in it
 * otherwise than we do.
 */
function writeData(record: DeploymentRecord): { gzip: string } {
  const { sequence: _sequence, outcome: _outcome, ...data } = record;
  return { gzip: gzipSync(JSON.stringify(data)).toString('base64') };
}

/** @returns undefined for what is no record that this version can read. */
function readRecord({ metadata, data }: Revision): DeploymentRecord | undefined {
  const { annotations = {} } = metadata;
  const read = readData(data);
  const buildNumber = BuildNumber.parse(read?.release.buildNumber ?? '');
  const sequence = Number(annotations[note.sequence]);
  if (!read || !buildNumber || !Number.isSafeInteger(sequence)) return undefined;
  const { hold: heldData, cause = { action: 'deploy' }, ...facts } = read;
  const hold = heldData && readHold(heldData);
  const [finishedAt, reason] = [annotations[note.finishedAt], annotations[note.reason]];
  const probe = readProbe(annotations[note.probe]);
  return {
    ...facts,
    release: { ...read.release, buildNumber },
    cause,
    ...(hold ? { hold } : {}),
    sequence,
    outcome: (annotations[note.outcome] ?? 'running') as DeploymentOutcome,
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(reason === undefined ? {} : { reason }),
    ...(probe === undefined ? {} : { probe }),
  };
}

function readHold(held: NonNullable<RecordData['hold']>): Hold | undefined {
  const buildNumber = BuildNumber.parse(held.buildNumber);
  return buildNumber && { ...held, buildNumber };
}

function readProbe(text: string | undefined): ProbeResult | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as ProbeResult);
  } catch {
    return undefined;
  }
}

function readData(data: unknown): RecordData | undefined {
  const { gzip = '' } = (data ?? {}) as { gzip?: string };
  try {
    return (JSON.parse(gunzipSync(Buffer.from(gzip, 'base64')).toString()) ?? undefined) as RecordData | undefined;
  } catch {
    return undefined;
  }
}
