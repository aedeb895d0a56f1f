import type { Environment } from '../../model/environment/environment.ts';
import type { InstanceConfiguration } from '../../model/facade/instance/read-instance-files.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import {
  formerObjects,
  type ProvisionedObject,
  type ProvisioningRecord,
} from '../../model/provision/provisioning-record.ts';
import type { BuildNumber } from '../../model/release/build-number.ts';
import type { ClusterConfiguration, ConfigurationChange } from '../../ports/cluster-configuration.ts';
import { requireNamespace } from './require-namespace.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { ProvisionRequest } from './provision.ts';
import { abandonedInstance, PlannedFacade } from './provision-instance.ts';
import type { ProvisioningSource } from './provisioning-source.ts';
import type { PlannedConfiguration } from './provisioning-work.ts';

/** The outside of provisioning. */
export type ProvisionPorts = Pick<
  ReleasePorts,
  'repository' | 'registry' | 'clock' | 'configuration' | 'facadeInstance' | 'approvals' | 'secretFiles'
>;

/** A configuration as it is to be in an environment, and how the environment's is reached. */
export interface ProvisionTarget {
  readonly request: ProvisionRequest;
  readonly environment: Environment;
  readonly objects: readonly KubernetesObject[];
  /** For the environment's instance of API Management; undefined where it has none, or no file speaks of it. */
  readonly instance: InstanceConfiguration | undefined;
  readonly configuration: ClusterConfiguration;
  readonly source: ProvisioningSource;
  /** Undefined for what has no version yet. */
  readonly version: BuildNumber | undefined;
}

/** The predicted changes, and the current state. */
export interface ProvisionPlan {
  /** Of the cluster. */
  readonly changes: readonly ConfigurationChange[];
  /** Undefined where there is no instance of API Management to look at. */
  readonly facade: PlannedFacade | undefined;
  /** Lines on what is no change, and is to be known. */
  readonly notes: readonly string[];
  readonly former: readonly ProvisionedObject[];
  readonly before: BuildNumber | undefined;
  /** The newest record. */
  readonly newest: string;
  /** The version that it says is there; undefined where it did not end well. */
  readonly recorded: BuildNumber | undefined;
}

/** Tries all of a configuration, and looks at what is there. Changes nothing. @throws {Refusal} */
export async function planAll(target: ProvisionTarget, ports: ProvisionPorts): Promise<ProvisionPlan> {
  const { configuration, environment, objects, version } = target;
  const [changes, records, before] = await Promise.all([
    configuration.plan(objects, version, { isDryRun: target.request.dryRun }),
    configuration.records(),
    configuration.version(),
  ]);
  requireNamespace(environment, changes, before);
  const former = formerObjects(records);
  const [pruned, facade] = await Promise.all([
    configuration.prune(former, objects, { dryRun: true }),
    PlannedFacade.plan({ environment, configuration: target.instance, version, records }, ports),
  ]);
  const notes = [facade?.leftLine, abandonedInstance(records, environment.facade)].filter((line) => line !== undefined);
  const recorded = records[0]?.outcome === 'succeeded' ? records[0].package.version : undefined;
  return { changes: [...changes, ...pruned], facade, notes, former, before, newest: stateOf(records[0]), recorded };
}

/** Reports whether a version is there, and as it should be. */
export function isDone(plan: ProvisionPlan, version: BuildNumber): boolean {
  const isSame = allChanges(plan).every(({ action }) => action === 'unchanged') && (plan.facade?.isDone ?? true);
  return isSame && [plan.recorded, plan.before].every((there) => there?.equals(version) ?? false);
}

/** Returns what is planned, for who approves of it. */
export function asPlanned(
  { environment, source, version, objects, request: { force = false, reason } }: ProvisionTarget,
  plan: ProvisionPlan,
): PlannedConfiguration {
  const asked = { force, reason };
  const facts = { ...asked, environment, source, version, objects, before: plan.before, changes: allChanges(plan) };
  return { ...facts, isDone: version !== undefined && isDone(plan, version) };
}

/** Returns the plan of a version that was made since. */
export function withVersion(plan: ProvisionPlan, version: BuildNumber): ProvisionPlan {
  return { ...plan, facade: plan.facade?.withVersion(version) };
}

/** Returns the changes in the cluster and at the door. */
export function allChanges({ changes, facade }: ProvisionPlan): readonly ConfigurationChange[] {
  return [...changes, ...(facade?.changes ?? [])];
}

/** Returns what tells one newest record from another. */
export function stateOf(record: ProvisioningRecord | undefined): string {
  return `${record?.sequence} ${record?.outcome}`;
}
