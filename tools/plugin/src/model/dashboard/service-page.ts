import type { DeploymentAction, DeploymentFault, DeploymentOutcome, ProbeResult } from '../deploy/deployment-record.ts';
import type { Commit } from '../commits/commit.ts';

/** The contents of a service's page. Times are ISO 8601, UTC. */
export interface ServicePage {
  readonly service: string;
  /** By the server's clock. */
  readonly now: string;
  /** In the order in which releases are promoted. */
  readonly environments: readonly EnvironmentTimeline[];
  /** Builds of which there are tags, newest first, the newest 50; or why they are not known. */
  readonly builds: readonly string[] | Unknown;
  /** Commits of the main branch that touch it since the oldest that runs somewhere, newest first; or why they are not known. */
  readonly commits: readonly Commit[] | Unknown;
}

/** Why a part of an answer could not be had, as a sentence. */
export interface Unknown {
  readonly unknown: string;
}

/** An environment that cannot be looked into. */
export interface NotReached {
  readonly environment: string;
  readonly state: 'unreachable';
  readonly reason: string;
  readonly remedy: string;
}

/** Deployments of a service to an environment, as far as they are kept. */
export type EnvironmentTimeline =
  | NotReached
  | {
      readonly environment: string;
      readonly state: 'read';
      /** Newest first. */
      readonly deployments: readonly ShownDeployment[];
      /** True when there were older ones, which are no longer recorded. */
      readonly isCut: boolean;
    };

/** A deployment, as its record has it. */
export interface ShownDeployment {
  readonly service: string;
  readonly environment: string;
  readonly sequence: number;
  readonly build: string;
  /** Full object name. */
  readonly commit: string;
  /** Built with changes that no commit holds. */
  readonly isDirty: boolean;
  readonly action: DeploymentAction;
  readonly outcome: DeploymentOutcome;
  readonly by: string;
  /** Address of the run at the CI, or `user@host`. */
  readonly run: string;
  /** The approver, and what that is based on. */
  readonly approvedBy?: string;
  /** Options by which something was done that is refused otherwise. */
  readonly overrides?: readonly string[];
  /** Why somebody did it. */
  readonly why?: string;
  /** Why it did not succeed. */
  readonly failure?: string;
  readonly fault?: DeploymentFault;
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Shares of a canary in percent. */
  readonly canary?: readonly number[];
  /** The hold that was in force, or began, with it. */
  readonly hold?: { readonly build: string; readonly by: string; readonly since: string; readonly reason?: string };
  /** Requests through the real route meanwhile: the proof that none was lost. */
  readonly probe?: ProbeResult;
}
