import type { CanaryPlan, DeploymentCause, DeploymentRecord, Hold } from '../../../model/deploy/deployment-record.ts';
import type { Commit } from '../../../model/commits/commit.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { isRoute } from '../../../model/manifests/kind-order.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { DowntimeException } from '../../../model/manifests/rules/downtime/downtime-exceptions.ts';
import { podTemplateOf, rolloutKinds } from '../../../model/manifests/rules/pod-templates.ts';
import { listAt } from '../../../model/manifests/source/object-fields.ts';
import type { Actor } from '../../../model/release/actor.ts';
import type { Release } from '../../../model/release/release.ts';
import type { ChangeSet, Plan } from '../../../ports/cluster.ts';
import type { Canary } from '../../canary/canary-context.ts';
import type { ServicePublication } from '../../facade/service-publication.ts';

/** A release, rendered for an environment, that is to be deployed there. */
export interface Rollout {
  readonly environment: Environment;
  readonly release: Release;
  readonly objects: readonly KubernetesObject[];
  /** The predicted changes; planned when needed if not known yet. */
  readonly plan?: Plan;
  /** Run before the workloads are replaced, one after the other. */
  readonly jobs: readonly KubernetesObject[];
  /** The program that rendered them, with its version. */
  readonly renderedBy?: string | undefined;
  readonly actor: Actor;
  readonly cause: DeploymentCause;
  /** Workloads that may fail requests; those that the objects alone show, if not known yet. */
  readonly exceptions?: readonly DowntimeException[];
  /** The hold that is in force from now on. */
  readonly hold: Hold | undefined;
  /** Commits that may be to blame when this fails. */
  readonly suspects?: () => Promise<readonly Commit[]>;
  /** How clients' requests come to it before it is rolled out, where they come bit by bit. */
  readonly canary?: {
    readonly plan: CanaryPlan;
    readonly found: Canary;
    /** True when it gets no further shares. */
    readonly isPromoted?: boolean;
  };
  /** The release to restore when this fails; none is restored when it is undefined. */
  readonly fallback: DeploymentRecord | undefined;
  /** The APIs that are published with it; undefined where there is no door besides the gateway, or no description. */
  readonly publication?: ServicePublication | undefined;
  /** Plans what is published when the fallback is restored. @throws {Refusal} */
  readonly fallbackPublication?: () => Promise<ServicePublication | undefined>;
}

/**
 * When clients' requests are led to what is deployed. `after-ready`: when all of it is ready. `before-workloads`: before
 * the pods that requests are led away from go. `with-workloads`: at once, because pods do not get ready before.
 */
export type TrafficMoment = 'after-ready' | 'before-workloads' | 'with-workloads';

/**
 * Decides when routes and changed Services are applied: going forward after the code that they need, going back before it.
 * A workload that is not there yet is waited for in any case.
 */
export function trafficMoment(
  { cause, objects }: Pick<Rollout, 'cause' | 'objects'>,
  changes: ChangeSet,
): TrafficMoment {
  if (isGoingBack({ cause }) && !workloadsIn(changes).some(isCreated)) return 'before-workloads';
  // A load balancer may set these when it knows the pod, which it does by its route.
  const hasGates = objects.some((object) => listAt(podTemplateOf(object), 'spec', 'readinessGates').length > 0);
  return hasGates ? 'with-workloads' : 'after-ready';
}

/** Reports whether an older release is restored. */
export function isGoingBack({ cause }: Pick<Rollout, 'cause'>): boolean {
  return cause.action === 'rollback' || cause.action === 'automatic-rollback';
}

/** Reports whether clients reach the service already: pods of it are there, and a route to them, if it has any. */
export function isReachable(changes: ChangeSet): boolean {
  const routes = changes.filter(({ kind }) => isRoute(kind));
  const isNew = workloadsIn(changes).every(isCreated) || (routes.length > 0 && routes.every(isCreated));
  return !isNew;
}

function workloadsIn(changes: ChangeSet): ChangeSet {
  return changes.filter(({ kind }) => rolloutKinds.some((each) => each === kind));
}

function isCreated({ action }: ChangeSet[number]): boolean {
  return action === 'created';
}
