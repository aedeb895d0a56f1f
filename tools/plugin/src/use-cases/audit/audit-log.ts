import pMap from 'p-map';
import { compareLog, othersThanLogged, type LogDifference } from '../../model/deploy/compare-log.ts';
import { hashManifests, type KeptDeployment, type LogOverview } from '../../model/deploy/deployment-log.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import type { Cluster } from '../../ports/cluster.ts';
import { findingsAbout, type Finding } from './finding.ts';

/** Records of an environment, and who has its log. */
export interface LogToAudit {
  readonly environment: Environment;
  /** Read before the log is. */
  readonly records: readonly KeptDeployment[];
  readonly cluster: Pick<Cluster, 'logged' | 'logOverview' | 'record'>;
  readonly now: () => Date;
}

/** Services whose log is read at the same time. */
const atOnce = 16;
/** How many deployments before the oldest that is kept are looked at. */
const before = 100;

const remedies: Readonly<Record<LogDifference['type'], string>> = {
  'record-differs-from-log':
    'One of the two was changed: a record by an account that may write records, the log only by an administrator, who can switch its policy off. Which, and by whom, is in the audit log of the API server, or in the managedFields of both.',
  'record-gone':
    'The line in the log stays: `history --limit=100` shows it. Who deleted the record is in the audit log of the API server.',
  'record-not-logged':
    'It was recorded by hand or by an older version of this tool, or its line could not be written, as its deployer said.',
  'log-gap':
    'Those deployments were written to neither, or an administrator removed them: ask who may change the policy of the log.',
  'log-without-end':
    'Its deployer could not write the line, and said so, or died just then. The record has how it ended.',
  'log-time-differs':
    'The time at which the line was written is checked by the cluster, as long as no administrator switches the policy of the log off; the other is what its deployer said.',
  'log-unreadable': 'It was written by hand, or by a newer version of this tool: read it in the ConfigMap.',
};

/** Asks whether the records of an environment and its log say the same. */
export async function auditLog(audited: LogToAudit): Promise<Finding[]> {
  const { environment, records, cluster } = audited;
  try {
    const overview = await cluster.logOverview();
    const services = new Map(
      [...(overview?.upTo.keys() ?? [])].map((service): [string, KeptDeployment[]] => [service, []]),
    );
    for (const record of records)
      services.set(record.release.service, [...(services.get(record.release.service) ?? []), record]);
    const found = await pMap(services, ([service, kept]) => auditService(service, kept, { ...audited, overview }), {
      concurrency: atOnce,
    });
    return found.flat();
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    const { reason, remedy } = error.facts;
    return [findingsAbout(environment.name)('log-unread', `Its log of deployments cannot be read: ${reason}`, remedy)];
  }
}

async function auditService(
  service: string,
  records: readonly KeptDeployment[],
  { environment, cluster, now, overview }: LogToAudit & { readonly overview: LogOverview | undefined },
): Promise<Finding[]> {
  const sequences = records.map(({ sequence }) => sequence);
  const to = Math.max(overview?.upTo.get(service) ?? 0, ...sequences);
  const range = { from: Math.max(1, Math.min(to, ...sequences) - before), to };
  const log = overview?.upTo.has(service) ? await cluster.logged(service, range) : [];
  const manifests = new Map<number, string>();
  for (const { sequence } of othersThanLogged({ records, log })) {
    const record = await cluster.record(service, sequence);
    if (record) manifests.set(sequence, hashManifests(record.manifests));
  }
  const finding = findingsAbout(`${service} in ${environment.name}`);
  const evidence = { environment: environment.name, records, log, manifests, since: overview?.since, now: now() };
  return compareLog(evidence).map(({ type, says }) => finding(type, says, remedies[type]));
}
