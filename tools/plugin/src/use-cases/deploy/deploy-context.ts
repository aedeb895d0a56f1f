import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { patienceIn } from '../../model/manifests/rules/rollout-patience.ts';
import type { Cluster, ServiceLock, WaitOptions } from '../../ports/cluster.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { Announce } from '../announce/announce-deployment.ts';

/** How long a rollout may take, and what ends it early. */
export interface RolloutLimits {
  /** Milliseconds that the rollout may take. */
  readonly timeoutMs: number;
  /** Aborted when the command is interrupted. */
  readonly signal?: AbortSignal;
  readonly lastLook?: LastLook | undefined;
  /** Told when another deployer has the lock. */
  readonly onWait?: () => void;
}

/** The effect of a deployment that is about to be recorded and done. */
export interface AboutToDo {
  readonly environment: string;
  /** The newest deployment there; what was planned before it came is no plan any more. */
  readonly newest: DeploymentRecord | undefined;
  /** Another one for another effect. */
  readonly fingerprint: string;
}

/**
 * Looks, while the lock is held and before anything is written, at what is about to be done: whoever confirmed it by what
 * was shown has it done so or not at all. @throws {Refusal} to have it left undone.
 */
export type LastLook = (about: AboutToDo) => void;

/** The equipment of every deployment to an environment. */
export interface DeployEquipment {
  readonly cluster: Cluster;
  readonly ports: Pick<ReleasePorts, 'clock' | 'prober'>;
  readonly limits: RolloutLimits;
  readonly reporter: Reporter;
  /** Reports deployments to the forge. */
  readonly announce: Announce;
}

/** The context of a deployment while it holds the service's lock. */
export interface DeployContext extends DeployEquipment {
  readonly lock: ServiceLock;
  /** Newest first; none of them is running. */
  readonly records: readonly DeploymentRecord[];
  /**
   * True when another deployment ran while this one waited for the lock, so that what was found before may have
   * changed.
   */
  readonly hasWaited: boolean;
}

/** Returns how an environment's objects are waited for: as long as it says, with each line of progress reported. */
export function waitOptions(
  environment: Environment,
  { limits, reporter }: Pick<DeployEquipment, 'limits' | 'reporter'>,
): WaitOptions {
  const onProgress = (line: string) => reporter.step(`${environment.name}: ${line}`);
  return { ...limits, patience: patienceIn(environment), onProgress };
}
