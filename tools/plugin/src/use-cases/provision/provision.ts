import type { BuildNumber } from '../../model/release/build-number.ts';
import type { Actor } from '../../model/release/actor.ts';
import type { Approval } from '../../model/deploy/approval.ts';
import type { Environment } from '../../model/environment/environment.ts';
import type { ProvisioningPackage } from '../../model/provision/provisioning-package.ts';
import {
  keyOf,
  type NewProvisioningRecord,
  type ProvisionedObject,
  type ProvisioningRecord,
} from '../../model/provision/provisioning-record.ts';
import { confirmApproval, sayApproval } from '../deploy/requirements/confirm-approval.ts';
import { type ApprovablePlan, type PlanApproval } from '../deploy/requirements/approval.ts';
import { approvableProvisioning, approveProvisioning, requireProvisioningPlan } from './provisioning-work.ts';
import { checkFreeze, requireNoFreeze } from '../deploy/requirements/require-no-freeze.ts';
import { closeAbandoned, recordAttempt, type WorkResult } from '../deploy/rollout/recorded-attempt.ts';
import { requireCommit } from './require-commit.ts';
import { checkRoutes } from './check-routes.ts';
import { chooseVersion } from './choose-version.ts';
import { makePackage } from './package-provisioning.ts';
import type { ConfigurationChange } from '../../ports/cluster-configuration.ts';
import type { ServiceLock } from '../../ports/cluster.ts';
import type { Reporter } from '../../ports/reporter.ts';
import {
  allChanges,
  asPlanned,
  isDone,
  planAll,
  stateOf,
  withVersion,
  type ProvisionPlan,
  type ProvisionPorts,
  type ProvisionTarget,
} from './plan-provisioning.ts';
import type { ReadEnvironments } from './provisioning-manifests.ts';
import { renderSource } from './render-source.ts';

/** Which configuration is provisioned where. */
export interface ProvisionRequest {
  readonly environment: Environment;
  /** The version, also an older one; when omitted that of the checkout, which is packaged when it has none. */
  readonly version: BuildNumber | undefined;
  /** The commit that was approved of, whole: that of a version with another one is refused (default: any). */
  readonly commit?: string | undefined;
  readonly actor: Actor;
  /** The approver that is claimed, for a protected environment; `confirmApproval` asks who it was. */
  readonly approvedBy: string | undefined;
  /** The approval, for a protected environment. */
  readonly approvedPlans?: PlanApproval | undefined;
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
      /** The plan that needs an approval, in a protected environment; undefined where nothing would be done. */
      readonly plan?: ApprovablePlan;
    }
  /** A newer version is there, or was packaged, and this one was not asked for by its tag. */
  | { readonly state: 'superseded'; readonly by: BuildNumber };

type OnPlan = (changes: readonly ConfigurationChange[]) => void;

/**
 * Provisions an environment with a version of the clusters' configuration: all of it is tried first, then applied, then what
 * it no longer has is removed, then the namespace is marked with it.
 * @param onPlan told of what will change, before anything is.
 * @throws {Refusal} when it cannot be done; nothing was changed then. @throws {Failure} when it did not succeed.
 */
export async function provision(
  request: ProvisionRequest,
  ports: ProvisionPorts,
  reporter: Reporter,
  onPlan: OnPlan = () => {},
): Promise<ProvisionResult> {
  const { dryRun, actor } = request;
  const approval = dryRun ? undefined : await approvalOf(request, ports, reporter);
  checkFreeze(freezable(request), ports, reporter);
  const chosen = await chooseVersion(request, ports, reporter);
  if (chosen.state === 'superseded') return { state: 'superseded', by: chosen.by };
  requireCommit(request, chosen.source);
  const rendered = await renderSource(chosen.source, request, ports);
  const { environment } = rendered;
  const configuration = await ports.configuration(environment);
  const target = { request, ...rendered, configuration, source: chosen.source, version: chosen.version };
  const plan = await planAll(target, ports);
  await checkRoutes(rendered.objects, environment, configuration, reporter);
  if (dryRun) {
    tell(plan, onPlan, reporter);
    const toApprove = approvableProvisioning(asPlanned(target, plan));
    const result = { version: chosen.version, before: plan.before, changes: allChanges(plan) };
    return { state: 'planned', ...result, ...(toApprove ? { plan: toApprove } : {}) };
  }
  const approvedPlans = await approveProvisioning(`provision ${environment.name}`, asPlanned(target, plan), request);
  request.signal?.throwIfAborted();
  const { source, version } = chosen;
  const made = version === undefined ? await makePackage(source, request, ports, reporter) : { ...source, version };
  const onWait = (heldBy: string) => reporter.step(`waiting for ${heldBy}, who is provisioning ${environment.name}`);
  const lock = await target.configuration.lock(actor, onWait, request.signal);
  try {
    request.signal?.throwIfAborted();
    const records = await closeAbandoned<ProvisioningRecord>(await target.configuration.records(), actor, {
      warn: (record, by) => reporter.warn(`${by} abandoned ${record.package.version}, begun ${record.startedAt}`),
      close: (record, ending) => target.configuration.closeRecord(record, ending),
    });
    return await provisionLocked(
      { target, made, plan, approval, approvedPlans, records, lock, reporter },
      ports,
      onPlan,
    );
  } finally {
    await lock.release();
  }
}

function approvalOf(
  request: ProvisionRequest,
  ports: ProvisionPorts,
  reporter: Reporter,
): Promise<Approval | undefined> {
  const { environment } = request;
  const identity = async () => (await ports.configuration(environment)).identity();
  const change = { doing: `provision ${environment.name}`, environment, approved: request, identity };
  return confirmApproval(change, ports, reporter);
}

/** It is the file of today that says so, whatever version is provisioned. */
function freezable({ environment, dryRun, force, reason }: ProvisionRequest) {
  const instead = 'now with `--force --reason=…`, which is recorded.';
  return { environment, dryRun, force, reason, doing: `provision ${environment.name}`, instead };
}

/** A version that was planned, and what it is provisioned with while the lock is held. */
interface PlannedProvisioning {
  readonly target: ProvisionTarget;
  readonly made: ProvisioningPackage;
  readonly approval: Approval | undefined;
  readonly plan: ProvisionPlan;
  readonly approvedPlans: PlanApproval | undefined;
  /** Newest first; none of them is running. */
  readonly records: readonly ProvisioningRecord[];
  readonly lock: ServiceLock;
  readonly reporter: Reporter;
  /** True where a freeze was overridden. */
  readonly isForced?: boolean;
}

async function provisionLocked(
  planned: PlannedProvisioning,
  ports: ProvisionPorts,
  onPlan: OnPlan,
): Promise<ProvisionResult> {
  const { target, made, records } = planned;
  const newest = records.find(({ outcome }) => outcome === 'succeeded')?.package.version;
  if (target.request.version === undefined && newest?.isNewerThan(made.version))
    return { state: 'superseded', by: newest };
  // Another run may have written while this one waited: then it is planned again.
  const isCurrent = stateOf(records[0]) === planned.plan.newest;
  const current = isCurrent ? planned.plan : await planAll(target, ports);
  const plan = withVersion(current, made.version);
  const { before } = plan;
  const changes = allChanges(plan);
  tell(plan, onPlan, planned.reporter);
  if (isDone(plan, made.version)) return { state: 'unchanged', version: made.version, before, changes };
  requireProvisioningPlan(`provision ${target.environment.name}`, asPlanned(target, current), planned.approvedPlans);
  sayApproval(planned.approval, planned.reporter);
  const overridden = requireNoFreeze(freezable(target.request), ports);
  const done = await applyAndRecord({ ...planned, plan, isForced: overridden.length > 0 }, ports);
  return { state: 'provisioned', version: made.version, before, changes: done };
}

function tell(plan: ProvisionPlan, onPlan: OnPlan, reporter: Reporter): void {
  onPlan(allChanges(plan));
  for (const note of plan.notes) reporter.step(note);
}

/** Applies a plan under the lock, and records it. @throws {Failure} */
async function applyAndRecord(
  planned: PlannedProvisioning,
  { clock }: ProvisionPorts,
): Promise<readonly ConfigurationChange[]> {
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
  { target, made, approval, records, plan, isForced = false }: PlannedProvisioning,
  now: Date,
): NewProvisioningRecord {
  const { actor, version, reason } = target.request;
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
    ...(approval === undefined ? {} : { approvedBy: approval }),
    ...(isForced ? { inFreezeBecause: reason } : {}),
    objects,
    ...(plan.facade ? { facade: plan.facade.provisioned } : {}),
    startedAt: now.toISOString(),
  };
}
