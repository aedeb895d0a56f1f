import { randomUUID } from 'node:crypto';
import type {
  CanaryProgress,
  CanaryWish,
  DeploymentEnding,
  DeploymentRecord,
  DeploymentSummary,
  NewDeploymentRecord,
} from '../../../model/deploy/deployment-record.ts';
import type { KeptDeployment } from '../../../model/deploy/deployment-log.ts';
import { scrub } from '../../../model/secrets/line-scrubber.ts';
import { allEnded } from '../../../model/concurrency/all-ended.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { Failure } from '../../../model/errors/product-error.ts';
import { forgettable } from '../../../model/deploy/record-retention.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { ApiRequest } from '../client/api-request.ts';
import type { KubernetesApi } from '../client/api.ts';
import { labelSelector } from '../client/label-selector.ts';
import { listPartial } from '../client/list-partial.ts';
import { kindNameOf } from '../../../model/manifests/kind-name.ts';
import { nameOf, readJson, readRecord, readSummary, recordObject } from './record-data.ts';
import { collectionPath } from '../client/resources.ts';
import { idOf, knownRecord, type KnownRecord } from './known-record.ts';
import { Log } from './log.ts';
import { withoutSecrets } from './record-without-secrets.ts';
import { createRevision, passOver, type Revision } from './revision.ts';
import { newestMark, note, recordOf } from '../../../model/product/wire-names.ts';

/** Characters of a reason that an annotation keeps. */
const longestReason = 4000;
/** How often another deployer may take the sequence before us. */
const attempts = 50;

/**
 * Deployment records as `ControllerRevision` objects: their data can never be changed, how a deployment ended is in
 * annotations. Named `poc-<service>-<sequence>`. What is written to them is written to the log, too.
 */
export class Records {
  private readonly api: KubernetesApi;
  private readonly path: string;
  readonly log: Log;
  /** The newest sequence seen, by service. */
  private readonly newest = new Map<string, number>();
  /** Records listed last or written since, by service: there is one writer, who lists when it has the lock. */
  private readonly known = new Map<string, KnownRecord[]>();

  constructor(api: KubernetesApi, namespace: string) {
    this.api = api;
    this.path = collectionPath('apps/v1', 'controllerrevisions', namespace);
    this.log = new Log(api, namespace);
  }

  /** Services that have records, in alphabetical order. */
  async services(): Promise<string[]> {
    return this.explaining('see which services were deployed', async () => {
      const all = await this.metadata();
      return [...new Set(all.map(({ metadata }) => metadata.labels?.[recordOf] ?? ''))].sort();
    });
  }

  /**
   * The newest record of every service, or of some, by service. Without their manifests.
   * @throws {Refusal}
   */
  async newestOf(services?: readonly string[]): Promise<Map<string, NewestRecord>> {
    return this.explaining(`read the newest deployments of ${services?.join(', ') ?? 'all services'}`, async () => {
      const newest = new Map<string, NewestRecord>();
      const selector = `${labelSelector(recordOf, services)},${newestMark}`;
      for (const { metadata } of await this.metadata(selector)) {
        const summary = readSummary({ metadata });
        const name = metadata.labels?.[recordOf];
        if (!summary || name === undefined || (newest.get(name)?.summary.sequence ?? 0) > summary.sequence) continue;
        const { kinds } = knownRecord({ metadata });
        const applied = new Map(
          Object.entries(readJson<Record<string, string>>(metadata.annotations?.[note.applied]) ?? {}),
        );
        newest.set(name, { summary, kinds, applied });
      }
      return newest;
    });
  }

  /** All records of all services, without their manifests, in no order. */
  async summaries(): Promise<KeptDeployment[]> {
    return this.explaining('read the deployments of all services', async () =>
      (await this.metadata()).flatMap(({ metadata }) => {
        const summary = readSummary({ metadata });
        const [id, createdAt] = [String(metadata['uid']), String(metadata['creationTimestamp'])];
        return summary ? [{ ...summary, id, createdAt }] : [];
      }),
    );
  }

  /** One record with its manifests. */
  async read(service: string, sequence: number): Promise<DeploymentRecord | undefined> {
    return this.explaining(`read deployment ${sequence} of ${service}`, async () => {
      const found = await this.api.get<Revision>(`${this.path}/${nameOf(service, sequence)}`);
      return found && readOrPassOver(found);
    });
  }

  /** All records of a service, newest first. */
  async list(service: string): Promise<DeploymentRecord[]> {
    return this.explaining(`read the deployments of ${service}`, async () => {
      const query = { labelSelector: labelSelector(recordOf, [service]) };
      const { items = [] } = (await this.api.get<{ items: Revision[] }>(this.path, query)) ?? {};
      const records = items.flatMap((item) => readOrPassOver(item) ?? []).sort((a, b) => b.sequence - a.sequence);
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

  /** Keeps a new record, with the next sequence. @param writer by which it is written. */
  async open(record: NewDeploymentRecord, writer: KubernetesApi): Promise<DeploymentRecord> {
    const { service } = record.release;
    return this.explaining(`record the deployment of ${service}`, async () => {
      let newest = this.newest.get(service) ?? (await this.newestSequence(service));
      // Tells our own record from another's, should the answer be lost and the request be sent again.
      const attempt = randomUUID();
      for (let tries = 0; tries < attempts; tries++) {
        const opened: DeploymentRecord = { ...withoutSecrets(record), sequence: newest + 1, outcome: 'running' };
        const created = await createRevision(writer, this.path, recordObject(opened, attempt));
        if (created) {
          const id = idOf(created);
          this.log.begin(opened, { record: id }, writer);
          this.newest.set(service, opened.sequence);
          const { sequence, outcome, manifests } = opened;
          const kinds = [...new Set(manifests.map(kindNameOf))];
          const name = nameOf(service, sequence);
          this.known.get(service)?.push({ name, id, sequence, outcome, kinds, isMarked: true });
          return opened;
        }
        newest = Math.max(newest + 1, await this.newestSequence(service));
      }
      throw new Failure({
        type: 'records-contended',
        doing: `record the deployment of ${service}`,
        reason: 'Other deployments took every number that was tried.',
        remedy: 'Run the same command again when they are done.',
      });
    });
  }

  /**
   * Adds how a deployment ended, and forgets old ones.
   * @param ending with fingerprints of the objects, by their identity. @param writer by which it is written.
   */
  async close(
    record: DeploymentRecord,
    { applied, ...ending }: DeploymentEnding & { readonly applied: ReadonlyMap<string, string> },
    writer: KubernetesApi,
  ): Promise<DeploymentRecord> {
    const { service } = record.release;
    return this.explaining(`record how the deployment of ${service} ended`, async () => {
      const { outcome, fault, probe, published } = ending;
      const finishedAt = new Date().toISOString();
      const reason = ending.reason === undefined ? undefined : scrub(ending.reason).slice(0, longestReason);
      const annotations = {
        [note.outcome]: outcome,
        [note.finishedAt]: finishedAt,
        ...(reason === undefined ? {} : { [note.reason]: reason }),
        ...(fault === undefined ? {} : { [note.fault]: fault }),
        ...(probe === undefined ? {} : { [note.probe]: JSON.stringify(probe) }),
        ...(published === undefined ? {} : { [note.published]: JSON.stringify(published) }),
        ...(applied.size === 0 ? {} : { [note.applied]: JSON.stringify(Object.fromEntries(applied)) }),
      };
      await writer.send('PATCH', `${this.path}/${nameOf(service, record.sequence)}`, {
        body: { metadata: { annotations } },
        contentType: 'application/merge-patch+json',
      });
      const known = (await this.knownOf(service)).map((each) =>
        each.sequence === record.sequence ? { ...each, outcome } : each,
      );
      this.known.set(service, known);
      const closed = {
        ...record,
        outcome,
        finishedAt,
        ...(reason === undefined ? {} : { reason }),
        ...(fault === undefined ? {} : { fault }),
        ...(probe === undefined ? {} : { probe }),
        ...(published === undefined ? {} : { published }),
      };
      const id = known.find(({ sequence }) => sequence === record.sequence)?.id;
      // Upkeep that fails is done by the next one that is closed; a line that is not written is told.
      await Promise.allSettled([
        this.log.end(closed, { record: id }, writer),
        this.forget(service, writer),
        this.unmark(service, writer),
      ]);
      return closed;
    });
  }

  /** Notes how far a deployment's canary is; a wish is done by that. @param writer by which it is written. */
  async noteCanary(
    record: DeploymentRecord,
    canaryProgress: CanaryProgress,
    writer: KubernetesApi,
  ): Promise<DeploymentRecord> {
    await this.annotate(record, { [note.canary]: JSON.stringify(canaryProgress), [note.canaryWish]: null }, writer);
    const { canaryWish: _done, ...rest } = record;
    return { ...rest, canaryProgress };
  }

  /** Asks something of a canary whose deployer is at work. */
  async askCanary(record: DeploymentRecord, wish: CanaryWish): Promise<void> {
    await this.annotate(record, { [note.canaryWish]: JSON.stringify(wish) }, this.api);
  }

  private async annotate(
    { release: { service }, sequence }: DeploymentRecord,
    annotations: Readonly<Record<string, string | null>>,
    writer: KubernetesApi,
  ): Promise<void> {
    await this.explaining(`note the state of the canary of ${service}`, () =>
      writer.send('PATCH', `${this.path}/${nameOf(service, sequence)}`, {
        body: { metadata: { annotations } },
        contentType: 'application/merge-patch+json',
      }),
    );
  }

  private async knownOf(service: string): Promise<KnownRecord[]> {
    const known = this.known.get(service) ?? (await this.metadata(labelSelector(recordOf, [service]))).map(knownRecord);
    this.known.set(service, known);
    return known;
  }

  private async forget(service: string, writer: KubernetesApi): Promise<void> {
    const all = await this.knownOf(service);
    const old = forgettable(all);
    this.known.set(
      service,
      all.filter((each) => !old.includes(each)),
    );
    for (const { name } of old) await this.unlessGone(writer, 'DELETE', name);
  }

  /** Takes the mark of the newest record from those that are it no more. */
  private async unmark(service: string, writer: KubernetesApi): Promise<void> {
    const all = await this.knownOf(service);
    const newest = Math.max(...all.map(({ sequence }) => sequence));
    const marked = all.filter(({ sequence, isMarked }) => isMarked && sequence < newest);
    await allEnded(
      marked.map(({ name }) =>
        this.unlessGone(writer, 'PATCH', name, {
          body: { metadata: { labels: { [newestMark]: null } } },
          contentType: 'application/merge-patch+json',
        }),
      ),
    );
    const unmarked = (each: KnownRecord) => (marked.includes(each) ? { ...each, isMarked: false } : each);
    this.known.set(service, (await this.knownOf(service)).map(unmarked));
  }

  private async unlessGone(
    writer: KubernetesApi,
    method: string,
    name: string,
    request: ApiRequest = {},
  ): Promise<void> {
    await writer.send(method, `${this.path}/${name}`, request).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.code === 404)) throw error;
    });
  }

  private async newestSequence(service: string): Promise<number> {
    const all = await this.metadata(labelSelector(recordOf, [service]));
    return Math.max(0, ...all.map(({ metadata }) => Number(metadata.annotations?.[note.sequence]) || 0));
  }

  /** Records without what they hold: a few hundred bytes each instead of tens of thousands. */
  private async metadata(selector = recordOf): Promise<Pick<KubernetesObject, 'metadata'>[]> {
    return listPartial(this.api, this.path, 'ControllerRevision', selector);
  }

  private async explaining<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw explainApiError(error, doing, this.api);
    }
  }
}

function readOrPassOver(revision: Revision): DeploymentRecord | undefined {
  const record = readRecord(revision);
  if (!record) passOver(revision, 'deployment');
  return record;
}

/** The newest record of a service, by its metadata. */
export interface NewestRecord {
  readonly summary: DeploymentSummary;
  /** Kinds of its objects, as `apps/v1/Deployment`. */
  readonly kinds: readonly string[];
  /** Fingerprints of the objects as it left them, by identity; empty when it did not get so far. */
  readonly applied: ReadonlyMap<string, string>;
}
