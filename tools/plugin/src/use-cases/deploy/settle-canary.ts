import { canaryAmong, describeCanary, isCanaryOn } from '../../model/canary/canary-progress.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { Failure, Refusal } from '../../model/errors/product-error.ts';
import { stampActor } from '../../model/manifests/actor.ts';
import type { Actor } from '../../model/release/actor.ts';
import { holdOf } from '../../model/rollback/hold.ts';
import type { ChangeSet } from '../../ports/cluster.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import { withAnnouncements } from '../announce/announce-deployment.ts';
import { planCanary } from '../canary/plan-canary.ts';
import { planRecordedPublication } from '../facade/plan-service-publication.ts';
import { newestSucceeded } from './decide-deploy.ts';
import type { DeployContext, RolloutLimits } from './deploy-context.ts';
import { withServiceLock } from './lock-service.ts';
import { endCanaryOf } from './rollout/rollout-canary.ts';
import { tellPlanned } from './rollout/rollout-publication.ts';
import { rollOut } from './rollout/roll-out.ts';

/** A canary that somebody wants to come to an end. */
export interface SettleRequest {
  readonly service: Pick<ServiceSource, 'name'>;
  readonly environment: Environment;
  readonly goal: 'promote' | 'abort';
  readonly actor: Actor;
}

/**
 * Finds the canary that is to come to its end, and what that would change. Changes nothing.
 * @throws {Refusal} when there is none.
 */
export async function planSettling(
  request: SettleRequest,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<{ readonly asked: DeploymentRecord; readonly changes: ChangeSet }> {
  const { service, environment, goal } = request;
  const cluster = await ports.cluster(environment);
  await cluster.check();
  const records = await cluster.records(service.name);
  const asked = canaryAmong(records);
  if (!asked) throw noCanary(request);
  if (goal === 'promote') tellPlanned(await publicationOf(asked, request, ports), environment, reporter);
  const rest = goal === 'promote' ? asked.manifests : (newestSucceeded(records)?.manifests ?? []);
  const { changes } = await cluster.plan(service.name, rest);
  return { asked, changes: [...changes, ...(await cluster.prune(service.name, rest, { dryRun: true }))] };
}

/**
 * Brings a canary to an end. One whose deployer is at work is asked of that one; one that was left behind is gone on with.
 * @returns the deployment, as it ended. @throws {Refusal} when there is none. @throws {Failure} when it came to another end.
 */
export async function settleCanary(
  request: SettleRequest,
  limits: RolloutLimits,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<DeploymentRecord> {
  const { service, environment, goal, actor } = request;
  const cluster = await ports.cluster(environment);
  await cluster.check();
  const asked = canaryAmong(await cluster.records(service.name));
  if (!asked) throw noCanary(request);
  reporter.step(`${environment.name}: ${describeCanary(asked)}, begun by ${asked.actor.person} at ${asked.startedAt}`);
  // Its deployer may be at work. Where it is dead, the lock comes free, and nobody hears this.
  if (asked.outcome === 'running') await cluster.askCanary(asked, { goal, actor });
  return withAnnouncements({ service: service.name, signal: limits.signal, ports, reporter }, (announce) =>
    withServiceLock(
      { service: service.name, environment, actor },
      { cluster, ports, limits, reporter, announce },
      async (context) => {
        const left = canaryAmong(context.records);
        if (left?.sequence === asked.sequence)
          return goal === 'abort' ? abortLeft(left, request, context) : promoteLeft(left, request, { context, ports });
        return cameToItsEnd(request, asked, context);
      },
    ),
  );
}

async function promoteLeft(
  left: DeploymentRecord,
  target: SettleRequest,
  { context, ports }: { readonly context: DeployContext; readonly ports: ReleasePorts },
): Promise<DeploymentRecord> {
  const { environment, actor } = target;
  const { release, manifests, canary, cause } = left;
  const objects = stampActor(manifests, actor);
  const stable = newestSucceeded(context.records);
  const request = { environment, release, plan: canary!, objects, jobs: [], stable, planOptions: {} };
  const found = await planCanary(request, context.cluster);
  const publication = await publicationOf(left, target, ports);
  const { record } = await rollOut(
    {
      environment,
      release,
      objects,
      // They ran before its pods came.
      jobs: [],
      actor,
      cause,
      hold: holdOf(context.records),
      canary: { plan: canary!, found, isPromoted: true },
      fallback: stable,
      publication,
      ...(stable
        ? { fallbackPublication: () => planRecordedPublication(stable, target, ports, { direction: 'back' }) }
        : {}),
    },
    context,
  );
  return record;
}

/** Plans what a canary publishes when it is promoted. What may break clients was allowed when it came. */
function publicationOf(left: DeploymentRecord, target: SettleRequest, ports: ReleasePorts) {
  return planRecordedPublication(left, { ...target, allowBreaking: true }, ports);
}

async function abortLeft(
  left: DeploymentRecord,
  { environment, actor }: SettleRequest,
  context: DeployContext,
): Promise<DeploymentRecord> {
  await endCanaryOf(left, environment, context);
  const reason = `${actor.person} (${actor.run}) aborted the canary.`;
  // One that serves has succeeded, whatever was left of its canary.
  if (left.outcome === 'succeeded') return left;
  const ended = await context.cluster.closeRecord(left, { outcome: 'cancelled', reason });
  const stable = newestSucceeded(context.records);
  if (!left.canaryProgress?.isRolling || !stable) return ended;
  context.reporter.warn(`${environment.name}: restoring ${stable.release.buildNumber}`);
  await rollOut(
    {
      environment,
      release: stable.release,
      objects: stampActor(stable.manifests, actor),
      jobs: [],
      actor,
      cause: { action: 'automatic-rollback', reason },
      hold: stable.hold,
      fallback: undefined,
    },
    { ...context, records: context.records.map((each) => (each === left ? endedRecord(left) : each)) },
  );
  return ended;
}

function endedRecord(left: DeploymentRecord): DeploymentRecord {
  return { ...left, canaryProgress: { ...left.canaryProgress!, phase: 'ended', weight: 0 } };
}

/** Returns a deployment whose deployer brought it to its end meanwhile. @throws {Failure} when that is another one. */
function cameToItsEnd(
  { service, environment, goal }: SettleRequest,
  { sequence, release }: DeploymentRecord,
  { records }: DeployContext,
): DeploymentRecord {
  const record = records.find((each) => each.sequence === sequence);
  const isPromoted = record?.outcome === 'succeeded';
  if (record && !isCanaryOn(record) && isPromoted === (goal === 'promote')) return record;
  throw new Failure({
    type: 'canary-ended-otherwise',
    doing: `${goal} the canary ${release.buildNumber} of ${service.name} in ${environment.name}`,
    reason: isPromoted
      ? 'It was promoted meanwhile.'
      : `It ended as ${record?.outcome ?? 'forgotten'}${record?.reason === undefined ? '.' : `: ${record.reason}`}`,
    remedy: isPromoted
      ? `Go back with \`nx run ${service.name}:rollback --env=${environment.name}\`.`
      : `See \`nx run ${service.name}:history --env=${environment.name}\`.`,
  });
}

function noCanary({ service, environment, goal }: SettleRequest): Refusal {
  return new Refusal({
    type: 'no-canary',
    doing: `${goal} the canary of ${service.name} in ${environment.name}`,
    reason: 'No canary is there.',
    remedy: `See \`nx run ${service.name}:status\`; \`nx run ${service.name}:k8s-deploy --env=${environment.name} --canary=10%\` deploys one.`,
  });
}
