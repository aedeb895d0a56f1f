import { canaryObjects } from '../../../model/canary/canary-objects.ts';
import { canaryAmong, describeCanary } from '../../../model/canary/canary-progress.ts';
import type { DeploymentRecord } from '../../../model/deploy/deployment-record.ts';
import { probeTargetOf } from '../../../model/deploy/probe-target.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { Canary, CanaryContext } from '../../canary/canary-context.ts';
import { CanaryRun } from '../../canary/canary-run.ts';
import { endCanary } from '../../canary/end-canary.ts';
import { newestSucceeded } from '../decide-deploy.ts';
import { waitOptions, type DeployContext } from '../deploy-context.ts';
import type { Rollout } from './rollout.ts';

/** Returns what work on a canary needs of a deployment that holds the service's lock. */
export function canaryContext(environment: Environment, context: DeployContext): CanaryContext {
  const { cluster, ports, reporter } = context;
  return { cluster, ports, reporter, waiting: waitOptions(environment, context) };
}

/** Returns the canary of a rollout: from nothing, or from where another deployer left it. */
export function canaryRunOf({ canary, release, environment }: Rollout, context: DeployContext): CanaryRun | undefined {
  if (!canary) return undefined;
  const left = canaryAmong(context.records);
  const progress = left && isContinued({ canary, release }, left) ? left.canaryProgress : undefined;
  const { limits, lock } = context;
  const signal = AbortSignal.any([lock.lost, ...(limits.signal ? [limits.signal] : [])]);
  const stoppable = { ...context, limits: { ...limits, signal } };
  const run = new CanaryRun(canary.found, canary.plan, progress, canaryContext(environment, stoppable));
  run.isPromoted = canary.isPromoted ?? false;
  return run;
}

/** Ends a canary that another deployer left, unless the rollout goes on with it. @returns the rollout as it is then. */
export async function endLeftCanary(rollout: Rollout, context: DeployContext): Promise<Rollout> {
  const left = canaryAmong(context.records);
  if (!left || isContinued(rollout, left)) return rollout;
  const { environment, release, objects, plan } = rollout;
  context.reporter.warn(`${environment.name}: ends ${describeCanary(left)}, which ${left.actor.person} began`);
  await endCanaryOf(left, environment, context);
  // The routes have changed since.
  const again = plan && (await context.cluster.plan(release.service, objects, plan.options));
  return again ? { ...rollout, plan: again } : rollout;
}

/** Takes the canary of a deployment away, that its deployer left behind. */
export async function endCanaryOf(left: DeploymentRecord, environment: Environment, context: DeployContext) {
  const canary = leftCanary(left, environment, context);
  const { stable, coming } = canary;
  const isRolling = left.canaryProgress?.isRolling ?? false;
  const rest = { routes: stable, objects: isRolling ? [...stable, ...coming] : stable };
  await endCanary(canary, left, rest, canaryContext(environment, context));
}

/** Returns the canary of a deployment by what its record tells. */
function leftCanary(
  { release, manifests: coming }: DeploymentRecord,
  environment: Environment,
  { records }: Pick<DeployContext, 'records'>,
): Canary {
  const { service } = release;
  const buildNumber = `${release.buildNumber}`;
  const stable = newestSucceeded(records)?.manifests ?? coming;
  const parts = canaryObjects({ service, buildNumber, stable, coming, jobs: [] }, 1);
  const found = probeTargetOf(service, stable, environment);
  const none = { services: new Map<string, string>(), buildNumber, own: [], prerequisites: [] };
  return {
    environment,
    release,
    parts: typeof parts === 'string' ? none : parts,
    stable,
    coming,
    target: found.state === 'found' ? found.target : undefined,
    planOptions: {},
  };
}

/** Reports whether a rollout goes on with a canary: it is of the same build, and not about to leave. */
function isContinued({ canary, release }: Pick<Rollout, 'canary' | 'release'>, left: DeploymentRecord): boolean {
  return (
    canary !== undefined &&
    left.release.buildNumber.equals(release.buildNumber) &&
    left.canaryProgress?.phase !== 'leaving'
  );
}
