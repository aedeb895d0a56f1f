import type { BuildNumber } from '../../model/release/build-number.ts';
import type { Actor } from '../../model/release/actor.ts';
import type { Environment } from '../../model/environment/environment.ts';
import type { InstanceConfiguration } from '../../model/facade/instance/read-instance-files.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { ProvisioningPackage } from '../../model/provision/provisioning-package.ts';
import {
  formerObjects,
  keyOf,
  type NewProvisioningRecord,
  type ProvisionedObject,
  type ProvisioningRecord,
} from '../../model/provision/provisioning-record.ts';
import { provisioningFolder } from '../../model/provision/render-provisioning.ts';
import { requireApproval } from '../deploy/requirements/approval.ts';
import { checkFreeze, requireNoFreeze } from '../deploy/requirements/require-no-freeze.ts';
import { closeAbandoned, recordAttempt, type WorkResult } from '../deploy/rollout/recorded-attempt.ts';
import { requireCommit } from './require-commit.ts';
import { checkRoutes } from './check-routes.ts';
import { chooseVersion } from './choose-version.ts';
import { makePackage } from './package-provisioning.ts';
import type { ClusterConfiguration, ConfigurationChange } from '../../ports/cluster-configuration.ts';
import type { ServiceLock } from '../../ports/cluster.ts';
import type { Reporter } from '../../ports/reporter.ts';
import { abandonedInstance, PlannedFacade } from './provision-instance.ts';
import type { ReadEnvironments } from './provisioning-manifests.ts';
import { renderSource } from './render-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/** Which configuration is provisioned where. */
export interface ProvisionRequest {
  readonly environment: Environment;
  /** The version, also an older one; when omitted that of the checkout, which is packaged when it has none. */
  readonly version: BuildNumber | undefined;
  /** The commit that was approved of, whole: that of a version with another one is refused (default: any). */
  readonly commit?: string | undefined;
  readonly actor: Actor;
  /** The approver for a protected environment. */
  readonly approvedBy: string | undefined;
  readonly dryRun: boolean;
  /** With a reason, provisions also a frozen environment. */
  readonly force?: boolean;
  readonly reason?: string | undefined;
  readonly readEnvironments: ReadEnvironments;
  /** The branch that versions are of, besides those that the environment names. */
  readonly mainBranch: string;
  /** Aborted when the command is interrupted. */
  readonly signal?: AbortSignal;
}

/** The result of provisioning. */
export type ProvisionResult =
  | {
      /** `planned`: nothing was changed, because it was a dry run. */
      readonly state: 'provisioned' | 'unchanged' | 'planned';
      /** Undefined for what has no version yet, in a dry run. */
      readonly version: BuildNumber | undefined;
      /** The version that was there before. */
      readonly before: BuildNumber | undefined;
      readonly changes: readonly ConfigurationChange[];
    }
  /** A newer version is there, or was packaged, and this one was not asked for by its tag. */
  | { readonly state: 'superseded'; readonly by: BuildNumber };

type Ports = Pick<
  ReleasePorts,
  'repository' | 'registry' | 'clock' | 'configuration' | 'facadeInstance' | 'secretFiles'
>;
type OnPlan = (changes: readonly ConfigurationChange[]) => void;

/** A configuration as it is to be in an environment, and how the environment's is reached. */
interface Target {
  readonly request: ProvisionRequest;
  readonly environment: Environment;
  readonly objects: readonly KubernetesObject[];
  /** For the environment's instance of API Management; undefined where it has none, or no file speaks of it. */
  readonly instance: InstanceConfiguration | undefined;
  readonly configuration: ClusterConfiguration;
  /** Undefined for what has no version yet. */
  readonly version: BuildNumber | undefined;
}

/**
 * Provisions an environment with a version of the clusters' configuration: all of it is tried first, then applied, then what
 * it no longer has is removed, then the namespace is marked with it.
 * @param onPlan told of what will change, before anything is.
 * @throws {Refusal} when it cannot be done; nothing was changed then. @throws {Failure} when it did not succeed.
 */
export async function provision(
  request: ProvisionRequest,
  ports: Ports,
  reporter: Reporter,
  onPlan: OnPlan = () => {},
): Promise<ProvisionResult> {
  const { dryRun, actor } = request;
  if (!dryRun) requireApproval(`provision ${request.environment.name}`, request.environment, request.approvedBy);
  checkFreeze(freezable(request), ports, reporter);
  const chosen = await chooseVersion(request, ports, reporter);
  if (chosen.state === 'superseded') return { state: 'superseded', by: chosen.by };
  requireCommit(request, chosen.source);
  const rendered = await renderSource(chosen.source, request, ports);
  const { environment } = rendered;
  const configuration = await ports.configuration(environment);
  const target = { request, ...rendered, configuration, version: chosen.version };
  const plan = await planAll(target, ports);
  await checkRoutes(rendered.objects, environment, configuration, reporter);
  if (dryRun) {
    tell(plan, onPlan, reporter);
    return { state: 'planned', version: chosen.version, before: plan.before, changes: allChanges(plan) };
  }
  request.signal?.throwIfAborted();
  const { source, version } = chosen;
  const made = version === undefined ? await makePackage(source, request, ports, reporter) : { ...source, version };
  const onWait = (heldBy: string) => reporter.step(`waiting for ${heldBy}, who is provisioning ${environment.name}`);
  request.signal?.throwIfAborted();
  const lock = await target.configuration.lock(actor, onWait, request.signal);
  try {
    request.signal?.throwIfAborted();
    const records = await closeAbandoned<ProvisioningRecord>(await target.configuration.records(), actor, {
      warn: (record, by) => reporter.warn(`${by} abandoned ${record.package.version}, begun ${record.startedAt}`),
      close: (record, ending) => target.configuration.closeRecord(record, ending),
    });
    return await provisionLocked({ target, made, plan, records, lock, reporter }, ports, onPlan);
  } finally {
    await lock.release();
  }
}

/** It is the file of today that says so, whatever version is provisioned. */
function freezable({ environment, dryRun, force, reason }: ProvisionRequest) {
  const instead = 'now with `--force --reason=…`, which is recorded.';
  return { environment, dryRun, force, reason, doing: `provision ${environment.name}`, instead };
}

/** A version that was planned, and what it is provisioned with while the lock is held. */
interface PlannedProvisioning {
  readonly target: Target;
  readonly made: ProvisioningPackage;
  readonly plan: Plan;
  /** Newest first; none of them is running. */
  readonly records: readonly ProvisioningRecord[];
  readonly lock: ServiceLock;
  readonly reporter: Reporter;
  /** True where a freeze was overridden. */
  readonly isForced?: boolean;
}

async function provisionLocked(planned: PlannedProvisioning, ports: Ports, onPlan: OnPlan): Promise<ProvisionResult> {
  const { target, made, records } = planned;
  const newest = records.find(({ outcome }) => outcome === 'succeeded')?.package.version;
  if (target.request.version === undefined && newest?.isNewerThan(made.version))
    return { state: 'superseded', by: newest };
  // Another run may have written while this one waited: then it is planned again.
  const isCurrent = stateOf(records[0]) === planned.plan.newest;
  const plan = withVersion(isCurrent ? planned.plan : await planAll(target, ports), made.version);
  const { before } = plan;
  const changes = allChanges(plan);
  tell(plan, onPlan, planned.reporter);
  const isThere = records[0]?.outcome === 'succeeded' && records[0].package.version.equals(made.version);
  const isSame = changes.every(({ action }) => action === 'unchanged') && (plan.facade?.isDone ?? true);
  if (isThere && isSame && before?.equals(made.version))
    return { state: 'unchanged', version: made.version, before, changes };
  const overridden = requireNoFreeze(freezable(target.request), ports);
  const done = await applyAndRecord({ ...planned, plan, isForced: overridden.length > 0 }, ports);
  return { state: 'provisioned', version: made.version, before, changes: done };
}

/** The predicted changes, and the current state. */
interface Plan {
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
}

async function planAll(target: Target, ports: Ports): Promise<Plan> {
  const { configuration, environment, objects, version } = target;
  const [changes, records, before] = await Promise.all([
    configuration.plan(objects, version, { isDryRun: target.request.dryRun }),
    configuration.records(),
    configuration.version(),
  ]);
  refuseWithoutNamespace(environment, changes, before);
  const former = formerObjects(records);
  const [pruned, facade] = await Promise.all([
    configuration.prune(former, objects, { dryRun: true }),
    PlannedFacade.plan({ environment, configuration: target.instance, version, records }, ports),
  ]);
  const notes = [facade?.leftLine, abandonedInstance(records, environment.facade)].filter((line) => line !== undefined);
  return { changes: [...changes, ...pruned], facade, notes, former, before, newest: stateOf(records[0]) };
}

function withVersion(plan: Plan, version: BuildNumber): Plan {
  return { ...plan, facade: plan.facade?.withVersion(version) };
}

function allChanges({ changes, facade }: Plan): readonly ConfigurationChange[] {
  return [...changes, ...(facade?.changes ?? [])];
}

function tell(plan: Plan, onPlan: OnPlan, reporter: Reporter): void {
  onPlan(allChanges(plan));
  for (const note of plan.notes) reporter.step(note);
}

function stateOf(record: ProvisioningRecord | undefined): string {
  return `${record?.sequence} ${record?.outcome}`;
}

/** Applies a plan under the lock, and records it. @throws {Failure} */
async function applyAndRecord(planned: PlannedProvisioning, { clock }: Ports): Promise<readonly ConfigurationChange[]> {
  const { target, made, lock, reporter } = planned;
  const { configuration, environment, request } = target;
  const attempt = await recordAttempt<ProvisioningRecord, readonly ConfigurationChange[]>({
    doing: `provision ${environment.name} with ${made.version}`,
    lock,
    signal: request.signal,
    open: () => configuration.openRecord(newRecord(planned, clock())),
    run: (stop) => applyAll(planned, stop),
    close: (record, ending) => configuration.closeRecord(record, ending),
    onUnrecorded: (reason) =>
      reporter.warn(`${environment.name}: all of it was applied, but that could not be recorded: ${reason}`),
    interruption: 'The command was interrupted.',
    remedies: { failed: mayBePartial, interrupted: mayBePartial },
  });
  if (attempt.outcome !== 'succeeded') throw attempt.failure;
  return attempt.value;
}

const mayBePartial = 'It may be partially applied; run the same command again to continue.';

async function applyAll(
  { target, made, plan, reporter }: PlannedProvisioning,
  stop: AbortSignal,
): Promise<WorkResult<readonly ConfigurationChange[]>> {
  const { configuration, objects } = target;
  const isDowngrade = plan.before?.isNewerThan(made.version) ?? false;
  // A service that needs what is about to go is refused from now on.
  if (isDowngrade) await configuration.mark(made.version);
  // The door leads to what the cluster has: it comes last, and goes first.
  if (isDowngrade) await plan.facade?.carryOut(reporter, stop);
  const applied = await configuration.apply(objects, stop, made.version);
  stop.throwIfAborted();
  const pruned = await configuration.prune(plan.former, objects);
  if (!isDowngrade) await plan.facade?.carryOut(reporter, stop);
  if (!isDowngrade) await configuration.mark(made.version);
  return { state: 'succeeded', value: [...applied, ...pruned, ...(plan.facade?.changes ?? [])] };
}

function newRecord(
  { target, made, records, plan, isForced = false }: PlannedProvisioning,
  now: Date,
): NewProvisioningRecord {
  const { actor, approvedBy, version, reason } = target.request;
  const before = records.find(({ outcome }) => outcome === 'succeeded')?.package.version;
  const createdBefore = new Set(plan.former.flatMap((object) => (object.created ? [keyOf(object)] : [])));
  // What is to be removed is in it too, for the next run when this one does not come to its end.
  const objects = plan.changes.map(({ apiVersion, kind, name, namespace, action }): ProvisionedObject => {
    const place = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
    return { ...place, created: action === 'created' || createdBefore.has(keyOf(place)) };
  });
  return {
    environment: target.environment.name,
    package: { version: made.version, commit: made.commit, contentHash: made.contentHash },
    action: version !== undefined && before?.isNewerThan(made.version) ? 'go-back' : 'provision',
    actor,
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...(isForced ? { inFreezeBecause: reason } : {}),
    objects,
    ...(plan.facade ? { facade: plan.facade.provisioned } : {}),
    startedAt: now.toISOString(),
  };
}

/** Deployments see by their namespace what was provisioned, so there must be one. */
function refuseWithoutNamespace(
  { name, namespace }: Environment,
  changes: readonly ConfigurationChange[],
  before: BuildNumber | undefined,
): void {
  const isMade = changes.some((change) => change.kind === 'Namespace' && change.name === namespace);
  if (isMade || before !== undefined) return;
  throw new Refusal({
    type: 'no-namespace',
    doing: `provision ${name}`,
    reason: `Its namespace "${namespace}" is not among the manifests in ${provisioningFolder}.`,
    remedy: 'Add a Namespace named ${NAMESPACE} to them.',
  });
}
