import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import type { BuildNumber } from '../release/build-number.ts';
import type { Actor } from '../release/actor.ts';
import { describeApproval } from './approval.ts';
import type { DeploymentEnding, DeploymentOutcome, DeploymentRecord, DeploymentSummary } from './deployment-record.ts';

/*
 * The log of deployments: a second copy of what records say, without the manifests, to which deployers add and which they
 * cannot rewrite. It does not end with the last record.
 */

/** The line of the log about a deployment that began. */
export interface LoggedBegin {
  /** When the line was written: ISO 8601, UTC. The cluster checks it by its own clock. */
  readonly at: string;
  readonly environment: string;
  readonly build: BuildNumber;
  readonly commit: string;
  readonly digest: string;
  readonly contentHash: string;
  /** Of the manifests, as they were recorded: `sha256:…`. */
  readonly manifests: string;
  /** The cluster's id of the record; a record that is made again has another one. */
  readonly record?: string;
  /** The version of the cluster's configuration that the namespace had. */
  readonly provisioning?: string;
  readonly action: string;
  readonly actor: Actor;
  readonly approvedBy?: string;
  readonly overrides?: readonly string[];
  /** The person's, or that of the failure that was followed by it. */
  readonly reason?: string;
  readonly startedAt: string;
}

/** The line of the log about the end of a deployment. */
export interface LoggedEnd {
  /** When the line was written. */
  readonly at: string;
  readonly outcome: Exclude<DeploymentOutcome, 'running'>;
  readonly finishedAt: string;
  readonly reason?: string;
}

/** The lines of the log about one deployment. */
export interface LoggedDeployment {
  readonly service: string;
  readonly sequence: number;
  readonly begin?: LoggedBegin;
  /** That which was added last. */
  readonly end?: LoggedEnd;
  /** Names of lines that this version cannot read: `begin`. */
  readonly unreadable: readonly string[];
}

/** The extent of a namespace's log, as it is known without reading it. */
export interface LogOverview {
  /** When its first line was written, by the cluster's clock: ISO 8601, UTC. */
  readonly since: string;
  /** By service: a sequence that none of its lines is above. */
  readonly upTo: ReadonlyMap<string, number>;
}

/** A deployment that is still recorded, without its manifests, and what the cluster itself says of the record. */
export interface KeptDeployment extends DeploymentSummary {
  /** The cluster's id of the record. */
  readonly id: string;
  /** When the record was made, by the cluster's clock: ISO 8601, UTC, in seconds. */
  readonly createdAt: string;
}

/** The most characters of each text in a line, as JSON: with all of them a line stays below what the cluster takes. */
const most = { text: 160, reason: 240 } as const;

/** Returns what the log is told when a deployment begins. @param known what its record does not tell. */
export function loggedBegin(
  record: DeploymentRecord,
  known: { readonly at: Date; readonly record: string | undefined; readonly provisioning: BuildNumber | undefined },
): LoggedBegin {
  const { release, cause, actor } = record;
  return {
    at: known.at.toISOString(),
    environment: clipped(record.environment, most.text),
    build: release.buildNumber,
    commit: clipped(release.commit, most.text),
    digest: clipped(release.imageDigest, most.text),
    contentHash: clipped(release.contentHash, most.text),
    manifests: hashManifests(record.manifests),
    ...(known.record === undefined ? {} : { record: known.record }),
    ...(known.provisioning === undefined ? {} : { provisioning: known.provisioning.toString() }),
    action: cause.action,
    actor: {
      ...{ person: clipped(actor.person, most.text), run: clipped(actor.run, most.text) },
      ...(actor.identity === undefined ? {} : { identity: clipped(actor.identity, most.text) }),
    },
    ...(cause.approvedBy === undefined ? {} : { approvedBy: clipped(describeApproval(cause.approvedBy), most.text) }),
    ...(cause.overrides === undefined ? {} : { overrides: fitting(cause.overrides) }),
    ...(cause.reason === undefined ? {} : { reason: clipped(cause.reason, most.reason) }),
    startedAt: record.startedAt,
  };
}

/** Returns what the log is told when a deployment has ended. */
export function loggedEnd(
  { outcome, finishedAt, reason }: DeploymentEnding & { readonly finishedAt: string },
  at: Date,
): LoggedEnd | undefined {
  if (outcome === 'running') return undefined;
  return {
    at: at.toISOString(),
    outcome,
    finishedAt,
    ...(reason === undefined ? {} : { reason: clipped(reason, most.reason) }),
  };
}

/** Hashes manifests as a record has them: `sha256:…`. */
export function hashManifests(manifests: readonly KubernetesObject[]): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(manifests)).digest('hex')}`;
}

/** Options are few; of more, the first are told. */
function fitting(overrides: readonly string[]): string[] {
  const fit: string[] = [];
  for (const each of overrides) {
    const next = [...fit, clipped(each, most.text)];
    if (JSON.stringify(next).length > most.reason) break;
    fit.push(next.at(-1)!);
  }
  return fit;
}

/** Returns the beginning of a text that takes so many characters in JSON. */
export function clipped(text: string, atMost: number): string {
  if (JSON.stringify(text).length <= atMost) return text;
  let length = Math.min(text.length, atMost - 1);
  while (JSON.stringify(`${text.slice(0, length)}…`).length > atMost) length--;
  return `${text.slice(0, length)}…`;
}
