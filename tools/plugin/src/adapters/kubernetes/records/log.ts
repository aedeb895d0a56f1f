import type { DeploymentRecord } from '../../../model/deploy/deployment-record.ts';
import {
  loggedBegin,
  loggedEnd,
  type LoggedBegin,
  type LoggedDeployment,
  type LoggedEnd,
  type LogOverview,
} from '../../../model/deploy/deployment-log.ts';
import { ProductError } from '../../../model/errors/product-error.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { KubernetesApi } from '../client/api.ts';
import { listPartial } from '../client/list-partial.ts';
import { collectionPath } from '../client/resources.ts';
import { tellOnce } from '../client/tell-once.ts';
import { provisionedVersion } from '../provision/provisioned-version.ts';
import { lastIn, lineKey, partNameOf, partOf, placeOf, readPart, writeLine, type LineName } from './log-line.ts';
import { logOf } from '../../../model/product/wire-names.ts';

/** How often somebody else may make, or take away, a part before us. */
const attempts = 5;

/** The form of an answer without the lines that are there already. */
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

type Part = KubernetesObject & { readonly data?: Readonly<Record<string, string>> };
type Lines = Partial<Record<LineName, LoggedBegin | LoggedEnd>>;

/**
 * The log of deployments in ConfigMaps `poc-log.<service>.<part>`: deployers add lines, and a policy of the cluster has
 * nobody change or remove one. A line that cannot be written fails no deployment: it is told, and `audit` finds it.
 */
export class Log {
  private readonly api: KubernetesApi;
  private readonly namespace: string;
  private readonly path: string;
  /** By service and sequence: true once the first line was written here, false when it could not be. */
  private readonly begun = new Map<string, Promise<boolean>>();

  constructor(api: KubernetesApi, namespace: string) {
    this.api = api;
    this.namespace = namespace;
    this.path = collectionPath('v1', 'configmaps', namespace);
  }

  /**
   * Begins to write the first line of a deployment; the deployment goes on meanwhile.
   * @param known the cluster's id of the record. @param writer by which it is written.
   */
  begin(record: DeploymentRecord, known: { readonly record: string | undefined }, writer: KubernetesApi): void {
    const writing = this.writeBegin(record, known, writer).then(
      () => true,
      () => false,
    );
    this.begun.set(keyOf(record), writing);
  }

  private async writeBegin(
    record: DeploymentRecord,
    known: { readonly record: string | undefined },
    writer: KubernetesApi,
  ): Promise<void> {
    const at = new Date();
    // What cannot be read is left out.
    const provisioning = await provisionedVersion(this.api, this.namespace).catch(() => undefined);
    await this.add(record, { begin: loggedBegin(record, { at, ...known, provisioning }) }, writer);
  }

  /** Writes the last line of a deployment, and the first one where that is not there. Tells what could not be written. */
  async end(
    record: DeploymentRecord & { readonly finishedAt: string },
    known: { readonly record: string | undefined },
    writer: KubernetesApi,
  ): Promise<void> {
    try {
      const end = loggedEnd(record, new Date());
      if (end) await this.add(record, await this.missing(record, end, known), writer);
    } catch (error) {
      const why = explainApiError(error, `write a line of the log of ${record.release.service}`, this.api);
      if (!(why instanceof ProductError)) throw why;
      const { reason, remedy } = why.facts;
      this.tell(record, `${reason} ${remedy}`);
    }
  }

  private tell({ sequence, release: { service } }: DeploymentRecord, why: string): void {
    tellOnce(
      `deployment ${sequence} of ${service} is not in the log of deployments (${this.namespace}) as it was: ${why}`,
    );
  }

  /** Lines that a deployment that has ended lacks. */
  private async missing(
    record: DeploymentRecord,
    end: LoggedEnd,
    known: { readonly record: string | undefined },
  ): Promise<Lines> {
    const begun = this.begun.get(keyOf(record));
    this.begun.delete(keyOf(record));
    if (await begun) return { end };
    const { service } = record.release;
    const part = await this.api.get<Part>(`${this.path}/${partNameOf(service, partOf(record.sequence))}`);
    const has = (name: LineName) => part?.data?.[lineKey(record.sequence, name)] !== undefined;
    const there = readPart(service, part?.data ?? {}).find(({ sequence }) => sequence === record.sequence)?.begin;
    if (there?.record !== undefined && known.record !== undefined && there.record !== known.record)
      this.tell(
        record,
        'Its first line was written by another deployer. Compare both with `nx run infrastructure:audit`.',
      );
    const first = has('begin')
      ? {}
      : { begin: loggedBegin(record, { at: new Date(), ...known, provisioning: undefined }) };
    if (!has('end')) return { ...first, end };
    // A canary that a deployment left behind is aborted after that has ended.
    return has('abort') ? first : { ...first, abort: end };
  }

  private async add({ release: { service }, sequence }: DeploymentRecord, lines: Lines, writer: KubernetesApi) {
    const data = Object.fromEntries(
      Object.entries(lines).map(([name, line]) => [lineKey(sequence, name as LineName), writeLine(line)]),
    );
    if (Object.keys(data).length === 0) return;
    const name = partNameOf(service, partOf(sequence));
    for (let tries = 0; ; tries++) {
      try {
        await writer.send('PATCH', `${this.path}/${name}`, {
          body: { data },
          contentType: 'application/merge-patch+json',
          accept: metadataOnly,
        });
        return;
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 404) || tries >= attempts) throw error;
      }
      try {
        const metadata = { name, labels: { [logOf]: service } };
        await writer.send('POST', this.path, { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data } });
        return;
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 409)) throw error;
      }
    }
  }

  /** Deployments of a service that the log has, newest first. @param range of sequences, both included. @throws {Refusal} */
  async read(service: string, range: { readonly from: number; readonly to: number }): Promise<LoggedDeployment[]> {
    const parts = Array.from(
      { length: Math.max(0, partOf(range.to) - partOf(range.from) + 1) },
      (_, index) => partOf(range.from) + index,
    );
    return this.explaining(`read the log of ${service}`, async () => {
      const read = await Promise.all(
        parts.map((part) => this.api.get<Part>(`${this.path}/${partNameOf(service, part)}`)),
      );
      return read
        .flatMap((part) => readPart(service, part?.data ?? {}))
        .filter(({ sequence }) => sequence >= range.from && sequence <= range.to)
        .reverse();
    });
  }

  /** Since when there is a log, and of which services; undefined where there is none. @throws {Refusal} */
  async overview(): Promise<LogOverview | undefined> {
    return this.explaining('read the log of deployments', async () => {
      const parts = await listPartial(this.api, this.path, 'ControllerRevision', logOf);
      const [since] = parts.map(({ metadata }) => String(metadata['creationTimestamp'])).sort();
      const upTo = new Map<string, number>();
      for (const { metadata } of parts) {
        const [service, part] = placeOf(metadata.name) ?? [];
        if (service === undefined || part === undefined) continue;
        upTo.set(service, Math.max(upTo.get(service) ?? 0, lastIn(part)));
      }
      return since === undefined ? undefined : { since, upTo };
    });
  }

  private async explaining<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw explainApiError(error, doing, this.api);
    }
  }
}

function keyOf({ release, sequence }: DeploymentRecord): string {
  return `${release.service}#${sequence}`;
}
