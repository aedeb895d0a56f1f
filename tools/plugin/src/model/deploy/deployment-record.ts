import type { Approval } from './approval.ts';
import type { Actor } from '../release/actor.ts';
import type { BuildNumber } from '../release/build-number.ts';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import type { DowntimeException } from '../manifests/rules/downtime/downtime-exceptions.ts';
import type { Release } from '../release/release.ts';

/**
 * How a deployment ended. `running`: not yet. `cancelled`: somebody stopped its deployer. `abandoned`: its deployer died
 * without a word, as the next one found.
 */
export type DeploymentOutcome = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'abandoned';

/**
 * Set where a deployment failed by what was built: a container of it ends, cannot be started or does not get ready, or its
 * image is not for the machines that are there. Not by the cluster, what is configured there, or another container.
 */
export type DeploymentFault = 'build';

/** The cause of a deployment: a command for it, or a deployment that failed. */
export type DeploymentAction = 'deploy' | 'rollback' | 'promote' | 'automatic-rollback';

/** Why a release was put into an environment. */
export interface DeploymentCause {
  readonly action: DeploymentAction;
  /** The person's `--reason`, with which a freeze is overridden, too, or the failure. */
  readonly reason?: string;
  /** The approval, for a protected environment. */
  readonly approvedBy?: Approval;
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

/** An API that a deployment is to publish at the environment's door. */
export interface RecordedApi {
  /** Its id there. */
  readonly api: string;
  readonly revision: string;
  /** Of description and policies, as they are sent: `sha256:…`. */
  readonly digest: string;
  /** Path of the description. */
  readonly file: string;
  /** Where clients find it. */
  readonly path: string;
  /** Products that have it; left away: those that had it before. */
  readonly products?: readonly string[];
}

/** An API for which a deployment got as far as to its clients: the code that it needs serves. */
export interface PublishedApi {
  readonly api: string;
  readonly revision: string;
  /** The revision that was current before; left away where there was none. */
  readonly previous?: string;
  /** ISO 8601, UTC: since when clients find it. Left away when that failed. */
  readonly openedAt?: string;
}

/** How a release gets clients' requests before it is rolled out. */
export interface CanaryPlan {
  /** Shares of the requests in percent, ascending. */
  readonly steps: readonly number[];
  /** How long each share is judged. */
  readonly pauseMs: number;
}

/**
 * How far a canary is. `coming`: its pods and its way through the gateway are being made. `serving`: it has its share.
 * `promoting`: the release is being rolled out. `leaving`: it is being taken away. `ended`: nothing of it is left.
 */
export type CanaryPhase = 'coming' | 'serving' | 'promoting' | 'leaving' | 'ended';

/** The state of a canary. Its weight is never below what the gateway has. */
export interface CanaryProgress {
  readonly phase: CanaryPhase;
  /** Share of the requests in percent. */
  readonly weight: number;
  /** Since when: ISO 8601, UTC. */
  readonly since: string;
  /** Set once the release has begun to take the place of the one before. */
  readonly isRolling?: boolean;
  /** Names of the figures of Prometheus by which its share is judged, beside requests through the gateway. */
  readonly figures?: readonly string[];
}

/** A request to the deployer of a canary that is at work. */
export interface CanaryWish {
  readonly goal: 'promote' | 'abort';
  readonly actor: Actor;
}

/** A deployment to an environment. Kept in the cluster; the release in it is immutable, the outcome is added. */
export interface DeploymentRecord {
  readonly environment: string;
  /** Counts the deployments of this service in this environment, from 1. */
  readonly sequence: number;
  readonly release: Release;
  /** The exact manifests, as they were applied. */
  readonly manifests: readonly KubernetesObject[];
  /** The program that rendered them, with its version: `helm 4.3.0`. Left away where they were plain. */
  readonly renderedBy?: string;
  readonly actor: Actor;
  /** Why; `deploy` in records of before causes were kept. */
  readonly cause: DeploymentCause;
  /** The hold that was in force when this was put in. */
  readonly hold?: Hold;
  /** Workloads that may fail requests, because their manifests say why that is accepted. */
  readonly exceptions?: readonly DowntimeException[];
  /** The APIs to be published with it. */
  readonly publishes?: readonly RecordedApi[];
  /** Set when its release gets clients' requests bit by bit first. */
  readonly canary?: CanaryPlan;
  /** How far its canary is, as it was noted last. */
  readonly canaryProgress?: CanaryProgress;
  readonly canaryWish?: CanaryWish;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly outcome: DeploymentOutcome;
  /** Why it did not succeed, in a sentence. */
  readonly reason?: string;
  readonly fault?: DeploymentFault;
  readonly probe?: ProbeResult;
  /** The result of `publishes`. */
  readonly published?: readonly PublishedApi[];
}

/** A deployment without its manifests: a few hundred bytes instead of many thousands. */
export type DeploymentSummary = Omit<DeploymentRecord, 'manifests'>;

/** A record as it is begun. */
export type NewDeploymentRecord = Omit<
  DeploymentRecord,
  'sequence' | 'canaryProgress' | 'canaryWish' | keyof DeploymentEnding
>;

/** The part that is added when a deployment has ended. */
export interface DeploymentEnding {
  readonly outcome: DeploymentOutcome;
  readonly finishedAt?: string;
  readonly reason?: string;
  readonly fault?: DeploymentFault;
  readonly probe?: ProbeResult;
  readonly published?: readonly PublishedApi[];
}
