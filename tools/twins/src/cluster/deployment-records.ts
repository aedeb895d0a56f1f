import { randomUUID } from 'node:crypto';
import type {
  CanaryProgress,
  CanaryWish,
  DeploymentEnding,
  DeploymentRecord,
  DeploymentSummary,
  NewDeploymentRecord,
} from '../../../plugin/src/model/deploy/deployment-record.ts';
import {
  loggedBegin,
  loggedEnd,
  type KeptDeployment,
  type LoggedDeployment,
  type LogOverview,
} from '../../../plugin/src/model/deploy/deployment-log.ts';
import { forgettable } from '../../../plugin/src/model/deploy/record-retention.ts';
import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { identityOf } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import type { ResourceVersion } from './resource-version.ts';
import type { StoredObjects } from './stored-objects.ts';

/** The deployments of a namespace's services, as they were recorded. */
export class DeploymentRecords {
  private readonly objects: StoredObjects;
  private readonly version: ResourceVersion;
  /** By service, oldest first. */
  private readonly kept = new Map<string, DeploymentRecord[]>();
  /** The cluster's own facts of records, by their service and sequence. */
  private readonly made = new Map<string, Pick<KeptDeployment, 'id' | 'createdAt'>>();
  /** The log, by service, oldest first. */
  private readonly log = new Map<string, LoggedDeployment[]>();
  /** When the first line of the log was written. */
  loggedSince: string | undefined;
  /** Identities of the manifests that were there when a deployment ended, by its service and sequence. */
  private readonly applied = new Map<string, ReadonlySet<string>>();

  constructor(objects: StoredObjects, version: ResourceVersion) {
    this.objects = objects;
    this.version = version;
  }

  /** Services that have deployments, in alphabetical order. */
  get services(): string[] {
    return [...this.kept.keys()].sort();
  }

  /** Returns the deployments of a service, newest first. */
  newestFirst(service: string): DeploymentRecord[] {
    return this.of(service).map(copied).reverse();
  }

  /** Returns one deployment, if it is still kept. */
  find(service: string, sequence: number): DeploymentRecord | undefined {
    return this.of(service)
      .filter((each) => each.sequence === sequence)
      .map(copied)[0];
  }

  /** Returns the newest deployment of a service, which is not to be changed. */
  newestOf(service: string): DeploymentRecord | undefined {
    return this.of(service).at(-1);
  }

  /** Returns the newest deployment of one service, or of every one, without manifests. */
  newest(service?: string): DeploymentSummary[] {
    const found = service === undefined ? [...this.kept.values()] : [this.of(service)];
    return found.flatMap((records) => records.slice(-1).map(summaryOf));
  }

  /** Returns all deployments of all services, without manifests. */
  summaries(): KeptDeployment[] {
    return [...this.kept.values()].flat().map((record) => ({ ...summaryOf(record), ...this.made.get(keyOf(record))! }));
  }

  /** Returns what the log has of a service's deployments, oldest first. */
  logOf(service: string): readonly LoggedDeployment[] {
    return this.log.get(service) ?? [];
  }

  /** Since when there is a log, and of which services. */
  get logOverview(): LogOverview | undefined {
    const upTo = new Map([...this.log].map(([service, log]) => [service, log.at(-1)?.sequence ?? 0]));
    return this.loggedSince === undefined ? undefined : { since: this.loggedSince, upTo };
  }

  /** Changes the log of a service, as nobody may in a cluster that has the policy. */
  changeLog(service: string, change: (log: readonly LoggedDeployment[]) => LoggedDeployment[]): void {
    this.log.set(service, change(this.logOf(service)));
  }

  /** Deletes a record, as a deployer may once it has ended. */
  remove(service: string, sequence: number): void {
    this.keep(
      service,
      this.of(service).filter((each) => each.sequence !== sequence),
    );
  }

  /** Makes a record again, of which another has been there: with an id of its own. */
  remake(service: string, sequence: number, change: (record: DeploymentRecord) => DeploymentRecord, now: Date): void {
    const records = this.of(service).map((each) => (each.sequence === sequence ? change(each) : each));
    this.made.set(`${service}#${sequence}`, { id: randomUUID(), createdAt: now.toISOString() });
    this.keep(service, records);
  }

  /** Keeps a record, with the next sequence. */
  open(record: NewDeploymentRecord, now: Date): DeploymentRecord {
    const { service } = record.release;
    const opened: DeploymentRecord = {
      ...record,
      manifests: structuredClone(record.manifests),
      sequence: (this.newestOf(service)?.sequence ?? 0) + 1,
      outcome: 'running',
    };
    this.keep(service, [...this.of(service), opened]);
    const made = { id: randomUUID(), createdAt: now.toISOString() };
    this.made.set(keyOf(opened), made);
    const begin = loggedBegin(opened, { at: now, record: made.id, provisioning: undefined });
    const { sequence } = opened;
    this.changeLog(service, (log) => [...log, { service, sequence, begin, unreadable: [] }]);
    this.loggedSince ??= now.toISOString();
    return opened;
  }

  /** Adds how a deployment ended, and forgets the records that are too old. */
  close(record: DeploymentRecord, ending: DeploymentEnding & { readonly finishedAt: string }): DeploymentRecord {
    const { service } = record.release;
    const kept = this.of(service).find(({ sequence }) => sequence === record.sequence) ?? record;
    const closed: DeploymentRecord = { ...kept, ...ending };
    const present = record.manifests.filter((manifest) => this.objects.get(manifest) !== undefined);
    this.applied.set(keyOf(record), new Set(present.map(identityOf)));
    const records = this.of(service).map((each) => (each.sequence === record.sequence ? closed : each));
    const end = loggedEnd(ending, new Date(ending.finishedAt));
    this.changeLog(service, (log) =>
      log.map((each) => (end && each.sequence === record.sequence ? { ...each, end } : each)),
    );
    const forgotten = new Set(forgettable(records));
    this.keep(
      service,
      records.filter((each) => !forgotten.has(each)),
    );
    return closed;
  }

  /** Notes how far a deployment's canary is; a wish is done by that. */
  noteCanary(record: DeploymentRecord, canaryProgress: CanaryProgress): DeploymentRecord {
    return this.change(record, ({ canaryWish: _done, ...rest }) => ({ ...rest, canaryProgress }));
  }

  /** Asks something of a canary. */
  askCanary(record: DeploymentRecord, canaryWish: CanaryWish): void {
    this.change(record, (kept) => ({ ...kept, canaryWish }));
  }

  private change(record: DeploymentRecord, how: (kept: DeploymentRecord) => DeploymentRecord): DeploymentRecord {
    const { service } = record.release;
    const changed = this.of(service).map((each) => (each.sequence === record.sequence ? how(each) : each));
    this.keep(service, changed);
    return how(record);
  }

  /** Reports whether a deployment applied one of its manifests: what was not there when it ended, it never did. */
  hasApplied(record: DeploymentRecord, manifest: KubernetesObject): boolean {
    return this.applied.get(keyOf(record))?.has(identityOf(manifest)) ?? true;
  }

  private of(service: string): readonly DeploymentRecord[] {
    return this.kept.get(service) ?? [];
  }

  private keep(service: string, records: DeploymentRecord[]): void {
    this.version.next(service);
    this.kept.set(service, records);
  }
}

/** Returns a record without its manifests. */
export function summaryOf({ manifests: _manifests, ...facts }: DeploymentRecord): DeploymentSummary {
  return facts;
}

function keyOf({ release, sequence }: DeploymentRecord): string {
  return `${release.service}#${sequence}`;
}

function copied(record: DeploymentRecord): DeploymentRecord {
  // A release holds a BuildNumber, which structuredClone would make a plain object of.
  return { ...record, manifests: structuredClone(record.manifests) };
}
