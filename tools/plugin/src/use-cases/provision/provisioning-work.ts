import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { annotation } from '../../model/product/wire-names.ts';
import { PlanId } from '../../model/plan/plan-id.ts';
import {
  typedOverrides,
  typedReason,
  type PlannedDifference,
  type PlannedWork,
} from '../../model/plan/planned-work.ts';
import type { BuildNumber } from '../../model/release/build-number.ts';
import type { ConfigurationChange } from '../../ports/cluster-configuration.ts';
import {
  askApproval,
  requirePlan,
  type PlanApproval,
  type ApprovablePlan,
  type Approved,
} from '../deploy/requirements/approval.ts';
import type { ProvisioningSource } from './provisioning-source.ts';

/** A configuration that was planned for an environment. */
export interface PlannedConfiguration {
  readonly environment: { readonly name: string; readonly protected: boolean };
  readonly force: boolean;
  readonly reason: string | undefined;
  readonly source: ProvisioningSource;
  /** Undefined for what has no version yet. */
  readonly version: BuildNumber | undefined;
  /** The version that is there. */
  readonly before: BuildNumber | undefined;
  readonly objects: readonly KubernetesObject[];
  readonly changes: readonly ConfigurationChange[];
  /** True when all of it is there. */
  readonly isDone: boolean;
}

/** Returns what somebody has to approve of; undefined where nobody has to, or nothing is to be done. */
export function approvableProvisioning(planned: PlannedConfiguration): ApprovablePlan | undefined {
  if (!planned.environment.protected || planned.isDone) return undefined;
  const work = workOf(planned);
  const changes = planned.changes.filter(({ action }) => action !== 'unchanged');
  return { id: PlanId.of(work), work, changes, notes: [] };
}

/** Asks whether what is planned is approved of, where it must be and can be asked. @throws {Refusal} when it is not. */
export async function approveProvisioning(
  doing: string,
  planned: PlannedConfiguration,
  { approvedPlans }: Pick<Approved, 'approvedPlans'>,
): Promise<PlanApproval | undefined> {
  if (!approvedPlans) return undefined;
  const answered = await askApproval(doing, approvedPlans, () => Promise.resolve(approvableProvisioning(planned)));
  requireProvisioningPlan(doing, planned, answered);
  return answered;
}

/** Requires that what is planned was approved of, where it must be. @throws {Refusal} when something else was. */
export function requireProvisioningPlan(
  doing: string,
  planned: PlannedConfiguration,
  approvedPlans: PlanApproval | undefined,
): void {
  const plan = approvableProvisioning(planned);
  if (plan && approvedPlans) requirePlan(doing, plan.work, approvedPlans);
}

function workOf(planned: PlannedConfiguration): PlannedWork {
  const { environment, source, version, before, objects, changes, force, reason } = planned;
  return {
    action: 'provision',
    environment: environment.name,
    build: version?.toString(),
    replaces: before?.toString(),
    commit: source.commit,
    contentHash: source.contentHash,
    differences: changes.filter((change) => !isLockedIn(objects, change)).map(differenceOf),
    objects: objects.map(withoutValues),
    publishes: [],
    options: [],
    // In a freeze, the command needs both; what it does is the same.
    retyped: [...typedOverrides({ force }), ...typedReason(reason)],
  };
}

/**
 * Reports whether a change is of an encrypted Secret. Only who applies it may see its values, so that it is approved of by the
 * hash in its manifest, which tells of each change.
 */
function isLockedIn(objects: readonly KubernetesObject[], { kind, name, namespace }: ConfigurationChange): boolean {
  return objects.some(
    ({ metadata, ...object }) =>
      object.kind === kind &&
      metadata.name === name &&
      (metadata.namespace ?? namespace) === namespace &&
      metadata.annotations?.[annotation.encrypted] !== undefined,
  );
}

/** Returns an encrypted Secret as who may not decrypt it has it; any other object as it is. */
function withoutValues(object: KubernetesObject): KubernetesObject {
  if (object.metadata.annotations?.[annotation.encrypted] === undefined) return object;
  const { data: _, ...rest } = object;
  return rest;
}

/**
 * Returns a change as it is approved of. Planners may try less than provisioners, and then compare: states of an object must be
 * told apart by the same means for both, or no plan could be applied.
 */
function differenceOf(change: ConfigurationChange): PlannedDifference {
  const { kind, name, namespace, action, fields, fingerprint } = change;
  if (fingerprint !== undefined) return { kind, name, namespace, action: 'there', fields: fingerprint };
  return { kind, name, namespace, action, fields };
}
