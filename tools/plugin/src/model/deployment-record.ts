import type { KubernetesObject } from './kubernetes-object.ts';
import type { Release } from './release.ts';

/** How a deployment ended. `running`: not yet, or its deployer died. */
export type DeploymentOutcome = 'running' | 'succeeded' | 'failed' | 'superseded';

/** Who put a release into an environment, from where. */
export interface Actor {
  /** Person or machine account. */
  readonly person: string;
  /** Link to the CI run, or `user@host` for a command typed by hand. */
  readonly run: string;
}

/** What was put into an environment. Kept in the cluster; what was deployed never changes, how it ended is added. */
export interface DeploymentRecord {
  readonly environment: string;
  /** Counts the deployments of this service in this environment, from 1. */
  readonly sequence: number;
  readonly release: Release;
  /** The exact manifests, as they were applied. */
  readonly manifests: readonly KubernetesObject[];
  readonly actor: Actor;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly outcome: DeploymentOutcome;
  /** Why it failed, in a sentence. */
  readonly reason?: string;
}
