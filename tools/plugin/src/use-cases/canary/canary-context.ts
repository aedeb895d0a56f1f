import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import type { ProbeTarget } from '../../model/deploy/probe-target.ts';
import type { Environment } from '../../model/environment/environment.ts';
import type { CanaryObjects } from '../../model/canary/canary-objects.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import type { Release } from '../../model/release/release.ts';
import type { Cluster, PlanOptions, RolloutResult, WaitOptions } from '../../ports/cluster.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { MetricsJudge } from './metrics-judge.ts';

/** The equipment of work on a canary, by whoever holds the service's lock. */
export interface CanaryContext {
  readonly cluster: Cluster;
  readonly ports: Pick<ReleasePorts, 'clock' | 'prober'>;
  readonly reporter: Reporter;
  /** How pods and routes are waited for; its signal ends all work. */
  readonly waiting: WaitOptions;
}

/** A canary, and the release that serves beside it. */
export interface Canary {
  readonly environment: Environment;
  readonly release: Release;
  readonly parts: CanaryObjects;
  /** Manifests of the release that serves, as they were applied. */
  readonly stable: readonly KubernetesObject[];
  /** Manifests of its release. */
  readonly coming: readonly KubernetesObject[];
  /** Where the service is asked from outside; undefined where its environment does not tell any more. */
  readonly target: ProbeTarget | undefined;
  readonly planOptions: PlanOptions;
  /** Judges it besides; undefined where its environment names no Prometheus. */
  readonly metrics?: MetricsJudge | undefined;
}

/** How work came to nothing. */
export type Unready = Exclude<RolloutResult, { state: 'ready' }>;

/** How the rollout of the release went. */
export type RollResult<T> =
  { readonly state: 'succeeded'; readonly value: T; readonly remark?: string | undefined } | Unready;

/** Notes how far a canary is. Its share is noted before it grows, and after it has shrunk. */
export async function noteProgress(
  record: DeploymentRecord,
  progress: Omit<NonNullable<DeploymentRecord['canaryProgress']>, 'since'>,
  { cluster, ports }: CanaryContext,
): Promise<void> {
  await cluster.noteCanary(record, { ...progress, since: ports.clock().toISOString() });
}
