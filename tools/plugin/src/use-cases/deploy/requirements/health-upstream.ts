import type { DeploymentRecord } from '../../../model/deploy/deployment-record.ts';
import { ProductError, Refusal } from '../../../model/errors/product-error.ts';
import { healthWishOf } from '../../../model/manifests/rules/health-wish.ts';
import { isWorkload } from '../../../model/manifests/rules/pod-templates.ts';
import { describeUnhealthy } from '../../../model/observe/describe-unhealthy.ts';
import { isAsWanted, type RunningService } from '../../../model/observe/running-service.ts';
import { isGatewayRoute } from '../../../model/observe/route-status.ts';
import type { Cluster, ObservedService, UnhealthyObject } from '../../../ports/cluster.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import { doingOf, type UpstreamRequest } from '../proof-upstream.ts';

/** The environment that a release comes from. */
interface Upstream {
  readonly cluster: Pick<Cluster, 'observe'>;
  /** Its records of the service, newest first. */
  readonly records: readonly DeploymentRecord[];
}

/**
 * Makes sure that the release is healthy upstream, if it is what runs there: its pods, and of its other objects those without
 * which a deployment would have failed (docs/decisions/0024-health.md). What is slow only is told.
 * @returns what was overridden by `force`: there, nothing need be known. @throws {Refusal} when it is not healthy, or other
 * pods run than the record says, which nothing overrides.
 */
export async function requireHealthUpstream(
  request: UpstreamRequest,
  proven: DeploymentRecord,
  upstream: Upstream,
  reporter: Reporter,
): Promise<readonly string[]> {
  try {
    await requireHealth(request, proven, upstream, reporter);
    return [];
  } catch (error) {
    if (!request.force || !(error instanceof ProductError) || error.facts.type === 'pods-differ') throw error;
    return error.facts.type === 'unhealthy-upstream' ? [error.facts.type] : [];
  }
}

async function requireHealth(
  request: UpstreamRequest,
  proven: DeploymentRecord,
  { cluster, records }: Upstream,
  reporter: Reporter,
): Promise<void> {
  const { service, from } = request;
  const { buildNumber } = proven.release;
  const observed = (await cluster.observe(service.name)).find((each) => each.service === service.name);
  const running = observed?.running;
  const [newest] = records;
  requireSamePods(request, proven, running, newest);
  const isGone = !running && newest?.release.buildNumber.equals(buildNumber) && newest.manifests.some(isWorkload);
  if (!isGone && running?.buildNumber !== String(buildNumber)) return;
  if (!running || !isAsWanted(running.health))
    throw unhealthy(request, proven, [`It runs in ${from.name}, and is ${running ? stateOf(running) : 'gone'}.`]);
  const { fatal, slow } = otherObjects(observed, proven);
  if (fatal.length > 0)
    throw unhealthy(
      request,
      proven,
      fatal.map((object) => `It runs in ${from.name}, and ${describeUnhealthy(object)}`),
    );
  for (const line of slow) reporter.warn(`${from.name}: ${line}`);
}

/**
 * Requires that what runs is what the newest deployment says: its record alone could have been written by hand.
 * @throws {Refusal} naming what the pods say.
 */
function requireSamePods(
  { service, from, to }: UpstreamRequest,
  { release: { buildNumber, imageDigest } }: DeploymentRecord,
  running: RunningService | undefined,
  newest: DeploymentRecord | undefined,
): void {
  if (!running || newest?.outcome !== 'succeeded' || !newest.release.buildNumber.equals(buildNumber)) return;
  const others = running.digests.filter((digest) => digest !== imageDigest);
  if (running.buildNumber === String(buildNumber) && others.length === 0) return;
  throw new Refusal({
    type: 'pods-differ',
    doing: doingOf({ service, from, to }, buildNumber),
    reason: `The newest record in ${from.name} is of ${buildNumber} (${imageDigest}); what runs there is ${running.buildNumber} (${running.digests.join(', ')}).`,
    remedy: `Look with \`nx run ${service.name}:status\` and \`nx run infrastructure:audit --env=${from.name}\`, and deploy it there again.`,
  });
}

/** Divides what is not healthy into what a deployment fails with and what it warns of. */
function otherObjects(
  { unhealthy: found, remarks, unread }: ObservedService,
  { manifests }: DeploymentRecord,
): { readonly fatal: readonly UnhealthyObject[]; readonly slow: readonly string[] } {
  const isFatal = ({ kind, name, state }: UnhealthyObject) => {
    const object = manifests.find((each) => each.kind === kind && each.metadata.name === name);
    return state === 'failed' || (object && (isGatewayRoute(object) || healthWishOf(object) === 'required'));
  };
  return {
    fatal: found.filter(isFatal),
    slow: [
      ...found.filter((object) => !isFatal(object)).map(describeUnhealthy),
      ...remarks.map(({ kind, name, says }) => `${kind} ${name}: ${says}`),
      ...unread.map(({ kind, reason }) => `how its objects of ${kind} are doing could not be read: ${reason}`),
    ],
  };
}

function unhealthy(request: UpstreamRequest, { release }: DeploymentRecord, reasons: readonly string[]): Refusal {
  const { name } = request.service;
  const [first = ''] = reasons;
  return new Refusal({
    type: 'unhealthy-upstream',
    doing: doingOf(request, release.buildNumber),
    reason: reasons.length === 1 ? first : `${reasons.length} objects of it are not healthy in ${request.from.name}.`,
    remedy: `Find out why (\`nx run ${name}:status\`), choose another release with \`--tag\`, or promote it anyway with \`--force\`.`,
    ...(reasons.length === 1 ? {} : { evidence: reasons }),
  });
}

function stateOf({ health, podsReady, podsWanted, obstacle, schedules = [] }: RunningService): string {
  const failing = schedules.filter(({ lastRun }) => lastRun === 'failed').map(({ name }) => name);
  return health === 'failing'
    ? `failing: the last run of CronJob ${failing.join(', ')} did not succeed`
    : `${health}: ${podsReady} of ${podsWanted} pods are ready${obstacle === undefined ? '' : ` (${obstacle})`}`;
}
