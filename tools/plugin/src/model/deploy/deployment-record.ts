import type { Actor } from '../release/actor.ts';
import type { BuildNumber } from '../release/build-number.ts';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import type { Release } from '../release/release.ts';

/**
 * How a deployment ended. `running`: not yet. `cancelled`: somebody stopped its deployer. `abandoned`: its deployer died
 * without a word, as the next one found.
 */
export type DeploymentOutcome = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'abandoned';

/** The cause of a deployment: a command for it, or a deployment that failed. */
export type DeploymentAction = 'deploy' | 'rollback' | 'promote' | 'automatic-rollback';

/** Why a release was put into an environment. */
export interface DeploymentCause {
  readonly action: DeploymentAction;
  /** The person's `--reason`, or the failure. */
  readonly reason?: string;
  /** The approver for a protected environment: a person, or the gate of a CI. */
  readonly approvedBy?: string;
  /** Options by which something was done that is refused otherwise: `--allow-downtime`. */
  readonly overrides?: readonly string[];
}

/** A build that was left by going back: neither it nor an older one is deployed there again by itself. */
export interface Hold {
  /** The build that was left. */
  readonly buildNumber: BuildNumber;
  readonly actor: Actor;
  /** The person's `--reason`. */
  readonly reason?: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** The result of requests through the real route during a deployment. */
export interface ProbeResult {
  readonly requests: number;
  /** Answers of 400 and above, broken connections, and requests without an answer. */
  readonly failed: number;
  /** Milliseconds within which 99 of 100 requests were answered. */
  readonly p99: number;
  /** The first failure. */
  readonly firstFailure?: string;
}

/** A deployment to an environment. Kept in the cluster; the release in it is immutable, the outcome is added. */
export interface DeploymentRecord {
  readonly environment: string;
  /** Counts the deployments of this service in this environment, from 1. */
  readonly sequence: number;
  readonly release: Release;
  /** The exact manifests, as they were applied. */
  readonly manifests: readonly KubernetesObject[];
  readonly actor: Actor;
  /** Why; `deploy` in records of before causes were kept. */
  readonly cause: DeploymentCause;
  /** The hold that was in force when this was put in. */
  readonly hold?: Hold;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly outcome: DeploymentOutcome;
  /** Why it did not succeed, in a sentence. */
  readonly reason?: string;
  readonly probe?: ProbeResult;
}

/** A deployment without its manifests: a few hundred bytes instead of many thousands. */
export type DeploymentSummary = Omit<DeploymentRecord, 'manifests'>;

/** A record as it is begun. */
export type NewDeploymentRecord = Omit<DeploymentRecord, 'sequence' | keyof DeploymentEnding>;

/** The part that is added when a deployment has ended. */
export interface DeploymentEnding {
  readonly outcome: DeploymentOutcome;
  readonly finishedAt?: string;
  readonly reason?: string;
  readonly probe?: ProbeResult;
}
