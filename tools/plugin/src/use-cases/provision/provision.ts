import { shortCommit } from '../../model/commits/commit.ts';
import type { BuildNumber } from '../../model/release/build-number.ts';
import type { Actor } from '../../model/release/actor.ts';
import type { DeploymentOutcome } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import type { ErrorType } from '../../model/errors/error-catalog.ts';
import { Failure, ProductError, Refusal } from '../../model/errors/product-error.ts';
import type { ProvisioningPackage } from '../../model/provision/provisioning-package.ts';
import {
  formerObjects,
  keyOf,
  type NewProvisioningRecord,
  type ProvisionedObject,
  type ProvisioningRecord,
} from '../../model/provision/provisioning-record.ts';
import { provisioningFolder } from '../../model/provision/render-provisioning.ts';
import { requireApproval } from '../deploy/approval.ts';
import { makePackage, packageOf } from './package-provisioning.ts';
import type { ClusterConfiguration, ConfigurationChange } from '../../ports/cluster-configuration.ts';
import type { ServiceLock } from '../../ports/cluster.ts';
import type { Reporter } from '../../ports/reporter.ts';
import { ProvisioningManifests, type ReadEnvironments } from './provisioning-manifests.ts';
import { checkedOutSource, findPackage, type ProvisioningSource } from './provisioning-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/** Which configuration shall be put where. */
export interface ProvisionRequest {
  readonly environment: Environment;
  /** The version, also an older one; without it that of the checkout, which is packaged when it has none. */
  readonly version: BuildNumber | undefined;
  readonly actor: Actor;
  /** Who let it into a protected environment. */
  readonly approvedBy: string | undefined;
  readonly dryRun: boolean;
  readonly readEnvironments: ReadEnvironments;
  /** Aborted when the command shall stop. */
  readonly signal?: AbortSignal;
}

/** What provisioning came to. */
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
  /** A newer version is there, or was packaged, and nobody asked for this one by its tag. */
  | { readonly state: 'superseded'; readonly by: BuildNumber };

type Ports = Pick<ReleasePorts, 'repository' | 'registry' | 'clock' | 'configuration'>;

/**
 * Puts a version of the clusters' configuration into an environment: all of it is tried first, then applied, then what
 * it no longer has is taken away, then the namespace is marked with it.
 * @param onPlan told of what will change, before anything is.
 * @throws {Refusal} when it cannot be done; nothing was changed then. @throws {Failure} when it broke off.
 */
export async function provision(
  request: ProvisionRequest,
  ports: Ports,
  reporter: Reporter,
  onPlan: (changes: readonly ConfigurationChange[]) => void = () => {},
): Promise<ProvisionResult> {
  const { dryRun } = request;
  if (!dryRun) requireApproval(`provision ${request.environment.name}`, request.environment, request.approvedBy);
  const chosen = await choose(request, ports);
  if ('supersededBy' in chosen) return { state: 'superseded', by: chosen.supersededBy };
  const { environment, objects } = await renderSource(chosen.source, request, ports);
  const configuration = await ports.configuration(environment);
  const planNow = () => planAll(configuration, environment, objects);
  const plan = await planNow();
  if (dryRun) {
    const { before, changes } = plan;
    onPlan(changes);
    return { state: 'planned', version: chosen.version, before, changes };
  }
  const version = chosen.version;
  const made =
    version === undefined
      ? await makePackage(chosen.source, request.readEnvironments, ports, reporter)
      : { ...chosen.source, version };
  const lock = await configuration.lock(request.actor, (heldBy) =>
    reporter.step(`waits for ${heldBy}, who is provisioning ${environment.name}`),
  );
  try {
    const records = await closeAbandoned(configuration, request.actor, reporter);
    const newest = records.find(({ outcome }) => outcome === 'succeeded');
    const there = newest?.package.version;
    if (request.version === undefined && there?.isNewerThan(made.version)) return { state: 'superseded', by: there };
    // What was planned before somebody else wrote is no plan any more.
    const current = stateOf(records[0]) === plan.newest ? plan : await planNow();
    onPlan(current.changes);
    const isThere = records[0]?.outcome === 'succeeded' && records[0].package.version.equals(made.version);
    const isSame = current.changes.every(({ action }) => action === 'unchanged');
    const { before } = current;
    if (isThere && isSame && before?.equals(made.version))
      return { state: 'unchanged', version: made.version, before, changes: current.changes };
    const attempt = { request, environment, objects, made, records, plan: current, configuration, lock };
    const changes = await applyAndRecord(attempt, ports);
    return { state: 'provisioned', version: made.version, before, changes };
  } finally {
    await lock.release();
  }
}

/** What would be done, and what is there. */
interface Plan {
  readonly changes: readonly ConfigurationChange[];
  readonly former: readonly ProvisionedObject[];
  readonly before: BuildNumber | undefined;
  /** What was recorded last. */
  readonly newest: string;
}

async function planAll(
  configuration: ClusterConfiguration,
  environment: Environment,
  objects: readonly KubernetesObject[],
): Promise<Plan> {
  const [changes, records, before] = await Promise.all([
    configuration.plan(objects),
    configuration.records(),
    configuration.version(),
  ]);
  refuseWithoutNamespace(environment, changes, before);
  const former = formerObjects(records);
  const pruned = await configuration.prune(former, objects, { dryRun: true });
  return { changes: [...changes, ...pruned], former, before, newest: stateOf(records[0]) };
}

function stateOf(record: ProvisioningRecord | undefined): string {
  return `${record?.sequence} ${record?.outcome}`;
}

/** What the request means: a version, or what is checked out. */
async function choose(
  { version }: ProvisionRequest,
  ports: Ports,
): Promise<{ source: ProvisioningSource; version: BuildNumber | undefined } | { supersededBy: BuildNumber }> {
  if (version !== undefined) return asChosen(await findPackage(version, ports));
  const source = await checkedOutSource(ports);
  const known = await packageOf(source, ports);
  if (known?.state === 'superseded') return { supersededBy: known.package.version };
  return known ? asChosen(known.package) : { source, version: undefined };
}

function asChosen(found: ProvisioningPackage) {
  return { source: found, version: found.version };
}

/**
 * Renders a commit's configuration with the values of the same commit: a version is what it was when it was tried. How the
 * cluster is reached, and whether it is protected, is a matter of today.
 */
async function renderSource(
  { commit }: ProvisioningSource,
  { environment: today, readEnvironments }: ProvisionRequest,
  { repository }: Ports,
): Promise<{ environment: Environment; objects: readonly KubernetesObject[] }> {
  const manifests = await ProvisioningManifests.at(commit, readEnvironments, { repository });
  const then = manifests.environments.find(({ name }) => name === today.name);
  if (!then) {
    throw new Refusal({
      type: 'no-such-environment',
      doing: `provision ${today.name}`,
      reason: `At ${shortCommit(commit)} there was no environment of this name yet.`,
      remedy: 'Choose a newer version with --tag.',
    });
  }
  const environment = { ...then, cluster: today.cluster, protected: today.protected };
  return { environment, objects: manifests.render(environment) };
}

/** One attempt, under the lock. */
interface Attempt {
  readonly request: ProvisionRequest;
  readonly environment: Environment;
  readonly objects: readonly KubernetesObject[];
  readonly made: ProvisioningPackage;
  readonly records: readonly ProvisioningRecord[];
  readonly plan: Plan;
  readonly configuration: ClusterConfiguration;
  readonly lock: ServiceLock;
}

async function applyAndRecord(attempt: Attempt, { clock }: Ports): Promise<readonly ConfigurationChange[]> {
  const { request, objects, made, plan, configuration, lock } = attempt;
  const { signal } = request;
  const stop = AbortSignal.any([lock.lost, ...(signal ? [signal] : [])]);
  const record = await configuration.openRecord(newRecord(attempt, clock()));
  const isDowngrade = plan.before?.isNewerThan(made.version) ?? false;
  try {
    // A service that needs what is about to go is refused from now on.
    if (isDowngrade) await configuration.mark(made.version);
    const applied = await configuration.apply(objects, stop);
    stop.throwIfAborted();
    const pruned = await configuration.prune(plan.former, objects);
    if (!isDowngrade) await configuration.mark(made.version);
    await configuration.closeRecord(record, { outcome: 'succeeded' });
    return [...applied, ...pruned];
  } catch (error) {
    // Whoever took the lock over says in our record how it ended.
    if (lock.lost.aborted) throw brokeOff(attempt, 'lock-lost', 'Somebody else has taken its lock over.', error);
    const isStopped = signal?.aborted ?? false;
    const reason = isStopped ? 'Somebody stopped it.' : error instanceof Error ? error.message : String(error);
    const outcome: DeploymentOutcome = isStopped ? 'cancelled' : 'failed';
    await configuration.closeRecord(record, { outcome, reason }).catch(() => undefined);
    if (isStopped) throw brokeOff(attempt, 'interrupted', reason, error);
    if (!(error instanceof ProductError)) throw error;
    // A refusal says that nothing was changed, which is no longer true here.
    throw error instanceof Failure ? error : new Failure({ ...error.facts, cause: error });
  }
}

function newRecord({ request, environment, made, records, plan }: Attempt, now: Date): NewProvisioningRecord {
  const { actor, approvedBy, version } = request;
  const before = records.find(({ outcome }) => outcome === 'succeeded')?.package.version;
  const createdBefore = new Set(plan.former.flatMap((object) => (object.created ? [keyOf(object)] : [])));
  // What is to be taken away is in it too, for whoever comes after one that breaks off.
  const objects = plan.changes.map(({ apiVersion, kind, name, namespace, action }): ProvisionedObject => {
    const place = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
    return { ...place, created: action === 'created' || createdBefore.has(keyOf(place)) };
  });
  return {
    environment: environment.name,
    package: { version: made.version, commit: made.commit, contentHash: made.contentHash },
    action: version !== undefined && before?.isNewerThan(made.version) ? 'go-back' : 'provision',
    actor,
    ...(approvedBy === undefined ? {} : { approvedBy }),
    objects,
    startedAt: now.toISOString(),
  };
}

/** Whoever has the lock and sees a record that is `running` knows that its writer is dead. */
async function closeAbandoned(
  configuration: ClusterConfiguration,
  actor: Actor,
  reporter: Reporter,
): Promise<readonly ProvisioningRecord[]> {
  return Promise.all(
    (await configuration.records()).map((record) => {
      if (record.outcome !== 'running') return record;
      const { person, run } = record.actor;
      reporter.warn(`${person} (${run}) abandoned ${record.package.version}, begun ${record.startedAt}`);
      const reason = `Its run died or lost its connection; found by ${actor.person} (${actor.run}).`;
      return configuration.closeRecord(record, { outcome: 'abandoned', reason });
    }),
  );
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

function brokeOff({ environment, made }: Attempt, type: ErrorType, reason: string, cause: unknown): Failure {
  return new Failure({
    type,
    doing: `provision ${environment.name} with ${made.version}`,
    reason,
    remedy: 'A part of it may be there. Run the same command again; it goes on from what is there then.',
    cause,
  });
}
