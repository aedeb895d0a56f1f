import { scrub } from '../../../model/secrets/line-scrubber.ts';
import { randomUUID } from 'node:crypto';
import { BuildNumber } from '../../../model/release/build-number.ts';
import { Failure } from '../../../model/errors/product-error.ts';
import type { ProvisioningPackage } from '../../../model/provision/provisioning-package.ts';
import type {
  NewProvisioningRecord,
  ProvisioningEnding,
  ProvisioningRecord,
} from '../../../model/provision/provisioning-record.ts';
import { forgettable } from '../../../model/deploy/record-retention.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { KubernetesApi } from '../client/api.ts';
import { readOutcome } from '../records/record-data.ts';
import { recordShape } from '../records/record-shape.ts';
import { keepApproval, readKept, type Kept } from '../records/kept-approval.ts';
import { collectionPath } from '../client/resources.ts';
import { createRevision, packData, passOver, unpackData, type Revision } from '../records/revision.ts';
import { note, provisionedVersionNote, provisioningOf } from '../../../model/product/wire-names.ts';

/** Characters of a reason that an annotation keeps. */
const longestReason = 4000;
/** How often another run may take the sequence before us. */
const attempts = 50;

/** The immutable part of a record. Read by every later version of this tool: only add to it. */
type RecordData = Kept<Omit<NewProvisioningRecord, 'package'>> & {
  readonly package: Omit<ProvisioningPackage, 'version'> & { readonly version: string };
};

/**
 * Records of provisionings as `ControllerRevision` objects `<namespace>-<sequence>`, in a namespace that deployers of
 * services have no access to.
 */
export class ProvisioningRecords {
  private readonly api: KubernetesApi;
  private readonly path: string;
  private readonly of: string;

  /** @param recordsNamespace where they are kept. @param of the environment's own namespace. */
  constructor(api: KubernetesApi, recordsNamespace: string, of: string) {
    this.api = api;
    this.path = collectionPath('apps/v1', 'controllerrevisions', recordsNamespace);
    this.of = of;
  }

  /** Newest first. */
  async list(): Promise<ProvisioningRecord[]> {
    return this.explaining('read what was provisioned', async () => {
      const query = { labelSelector: `${provisioningOf}=${this.of}` };
      const { items = [] } = (await this.api.get<{ items: Revision[] }>(this.path, query)) ?? {};
      return items.flatMap((item) => readOrPassOver(item) ?? []).sort((a, b) => b.sequence - a.sequence);
    });
  }

  /** Keeps a new record, with the next sequence. @param writer by which it is written. */
  async open(record: NewProvisioningRecord, writer: KubernetesApi): Promise<ProvisioningRecord> {
    return this.explaining('record the provisioning', async () => {
      // Tells our own record from another's, should the answer be lost and the request be sent again.
      const attempt = randomUUID();
      for (let tries = 0; tries < attempts; tries++) {
        const [newest] = await this.list();
        const opened: ProvisioningRecord = { ...record, sequence: (newest?.sequence ?? 0) + 1, outcome: 'running' };
        if (await createRevision(writer, this.path, this.objectOf(opened, attempt))) return opened;
      }
      throw new Failure({
        type: 'records-contended',
        doing: 'record the provisioning',
        reason: 'Other deployments took every number that was tried.',
        remedy: 'Run the same command again when they are done.',
      });
    });
  }

  /** Adds how it ended, and forgets old ones. @param writer by which it is written. */
  async close(
    record: ProvisioningRecord,
    { outcome, reason }: ProvisioningEnding,
    writer: KubernetesApi,
  ): Promise<ProvisioningRecord> {
    return this.explaining('record how the provisioning ended', async () => {
      const finishedAt = new Date().toISOString();
      const told = reason === undefined ? undefined : scrub(reason).slice(0, longestReason);
      const annotations = {
        [note.outcome]: outcome,
        [note.finishedAt]: finishedAt,
        ...(told === undefined ? {} : { [note.reason]: told }),
      };
      await writer.send('PATCH', `${this.path}/${this.nameOf(record)}`, {
        body: { metadata: { annotations } },
        contentType: 'application/merge-patch+json',
      });
      for (const old of forgettable(await this.list()))
        await writer.send('DELETE', `${this.path}/${this.nameOf(old)}`).catch((error: unknown) => {
          if (!(error instanceof ApiError && error.code === 404)) throw error;
        });
      return { ...record, outcome, finishedAt, ...(told === undefined ? {} : { reason: told }) };
    });
  }

  /** The object in which a record is begun. */
  private objectOf(record: ProvisioningRecord, attempt: string): Revision {
    const { sequence, outcome, ...data } = record;
    const { inFreezeBecause: why } = data;
    return {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: this.nameOf(record),
        labels: { [provisioningOf]: this.of },
        annotations: {
          [note.sequence]: String(sequence),
          [note.outcome]: outcome,
          [note.attempt]: attempt,
          // For people who look with kubectl.
          [provisionedVersionNote]: record.package.version.toString(),
        },
      },
      revision: sequence,
      data: packData(
        keepApproval(why === undefined ? data : { ...data, inFreezeBecause: scrub(why).slice(0, longestReason) }),
      ),
    };
  }

  private nameOf({ sequence }: Pick<ProvisioningRecord, 'sequence'>): string {
    return `${this.of}-${sequence}`;
  }

  private async explaining<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw explainApiError(error, doing, this.api);
    }
  }
}

function readOrPassOver(revision: Revision): ProvisioningRecord | undefined {
  const record = readRecord(revision);
  if (!record) passOver(revision, 'provisioning');
  return record;
}

/** @returns undefined for what is none of ours, or cannot be read. */
function readRecord({ metadata, data }: Revision): ProvisioningRecord | undefined {
  const { annotations = {} } = metadata;
  const kept = unpackData<RecordData>(data);
  if (!kept || !recordShape.provisioning(kept)) return undefined;
  const [sequence, version] = [Number(annotations[note.sequence]), BuildNumber.parse(kept.package.version)];
  if (!version || !Number.isSafeInteger(sequence)) return undefined;
  const { [note.finishedAt]: finishedAt, [note.reason]: reason } = annotations;
  return {
    ...readKept<Omit<NewProvisioningRecord, 'package'>>(kept),
    package: { ...kept.package, version },
    sequence,
    outcome: readOutcome(annotations[note.outcome]),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(reason === undefined ? {} : { reason }),
  };
}
