import { canaryObjects, canaryPods, podNamesOf, type CanaryObjects } from '../../model/canary/canary-objects.ts';
import { leadsTo, withCanary } from '../../model/canary/canary-routes.ts';
import type { CanaryPlan, DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { probeTargetOf } from '../../model/deploy/probe-target.ts';
import { environmentsFolder, type Environment } from '../../model/environment/environment.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { servingWorkload } from '../../model/manifests/pod-labels.ts';
import type { Release } from '../../model/release/release.ts';
import { sentence } from '../../model/text/sentence.ts';
import type { Cluster, PlanOptions } from '../../ports/cluster.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { Canary } from './canary-context.ts';
import { MetricsJudge } from './metrics-judge.ts';

/** A release that is to come as a canary. */
export interface CanaryRequest {
  readonly environment: Environment;
  readonly release: Release;
  readonly plan: CanaryPlan;
  /** Manifests of the release. */
  readonly objects: readonly KubernetesObject[];
  readonly jobs: readonly KubernetesObject[];
  /** The deployment that serves. */
  readonly stable: DeploymentRecord | undefined;
  readonly planOptions: PlanOptions;
}

/**
 * Plans a canary, dry-runs its objects, and asks once what it will be judged by. Changes nothing.
 * @param ports left out for one that is judged no more.
 * @throws {Refusal} where the service, its release or the environment can have none.
 */
export async function planCanary(
  request: CanaryRequest,
  cluster: Cluster,
  ports?: Pick<ReleasePorts, 'metricsServer'>,
): Promise<Canary> {
  const { environment, release, plan, objects, stable } = request;
  const target = requireGateway(environment, release, objects);
  if (!stable) throw impossible(request, `Nothing serves in ${environment.name} yet that it could come beside.`);
  const { service } = release;
  const now = (await cluster.observe(service)).find((each) => each.service === service)?.running?.podsWanted ?? 0;
  const manifests = {
    service,
    buildNumber: `${release.buildNumber}`,
    stable: stable.manifests,
    coming: objects,
    jobs: request.jobs,
  };
  const parts = canaryObjects(manifests, canaryPods(manifests, plan.steps, now));
  if (typeof parts === 'string') throw impossible(request, parts);
  const { jobs: _jobs, ...planOptions } = request.planOptions;
  const routes = stable.manifests.filter((object) => leadsTo(object, parts.services));
  const led = routes.map((route) => withCanary(route, parts, 0));
  await cluster.plan(service, [...parts.prerequisites, ...parts.own, ...led], planOptions);
  const metrics = ports && (await planMetrics(request, { parts, stable }, ports));
  return { environment, release, parts, stable: stable.manifests, coming: objects, target, planOptions, metrics };
}

/** @throws {Refusal} where the Prometheus of the environment does not answer what it will be asked. */
async function planMetrics(
  { environment, release }: CanaryRequest,
  { parts, stable }: { readonly parts: CanaryObjects; readonly stable: DeploymentRecord },
  ports: Pick<ReleasePorts, 'metricsServer'>,
): Promise<MetricsJudge | undefined> {
  const settings = environment.canary?.prometheus;
  if (!settings) return undefined;
  const of = (build: Release, deployment: KubernetesObject | undefined) => ({
    SERVICE: release.service,
    NAMESPACE: environment.namespace,
    ENVIRONMENT: environment.name,
    BUILD_NUMBER: `${build.buildNumber}`,
    PODS: podNamesOf(deployment?.metadata.name ?? release.service),
  });
  const canary = parts.own.find(({ kind }) => kind === 'Deployment');
  const builds = {
    canary: of(release, canary),
    stable: of(stable.release, servingWorkload(stable.manifests, release.service)),
  };
  const judge = new MetricsJudge(await ports.metricsServer(settings), settings, builds);
  const mistake = await judge.findMistake();
  if (mistake === undefined) return judge;
  throw new Refusal({
    type: 'canary-without-metrics',
    doing: `deploy ${release.service} ${release.buildNumber} to ${environment.name} as a canary`,
    reason: sentence(`Prometheus at ${settings.url} cannot be asked for ${mistake}`),
    remedy: `Correct \`canary.prometheus\` in ${environmentsFolder}/${environment.name}.yaml, or deploy it without \`--canary\`.`,
  });
}

/** @throws {Refusal} where no gateway of the cluster decides who answers, or it cannot be asked. */
function requireGateway(environment: Environment, release: Release, objects: readonly KubernetesObject[]) {
  const found = probeTargetOf(release.service, objects, environment);
  if (found.state === 'found') return found.target;
  throw impossible({ environment, release }, `It could not be judged by requests: ${found.reason}.`);
}

function impossible({ environment, release }: Pick<CanaryRequest, 'environment' | 'release'>, reason: string): Refusal {
  return new Refusal({
    type: 'canary-impossible',
    doing: `deploy ${release.service} ${release.buildNumber} to ${environment.name} as a canary`,
    reason,
    remedy: 'Deploy it without `--canary`.',
  });
}
