import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { kindNameOf } from '../../../plugin/src/model/manifests/kind-name.ts';
import { annotation, label } from '../../../plugin/src/model/product/wire-names.ts';
import {
  isCronJob,
  isRollout,
  isWorkload,
  serviceContainerOf,
} from '../../../plugin/src/model/manifests/rules/pod-templates.ts';
import {
  isWorse,
  ranOnce,
  withCronJobs,
  type RunningService,
} from '../../../plugin/src/model/observe/running-service.ts';
import type { ObservedService } from '../../../plugin/src/ports/cluster.ts';
import { summaryOf } from './deployment-records.ts';
import { driftOf } from './drift.ts';
import type { NamespaceState } from './namespace-state.ts';
import { podsWanted, type ScriptedRollouts } from './scripted-rollouts.ts';

/**
 * Returns what there is of some services, or of every one that was deployed or runs here, in alphabetical order.
 * @param unread why kinds cannot be read, by `apps/v1/StatefulSet`.
 */
export function observe(
  state: NamespaceState,
  services: ReadonlySet<string> | undefined,
  unread: ReadonlyMap<string, string>,
): ObservedService[] {
  const workloads = state.objects.all.flatMap(({ live }) => (isWorkload(live) ? [live] : []));
  const owners = workloads.flatMap((live) => {
    const owner = live.metadata.labels?.[label.service] ?? '';
    return isServing(live, owner) ? [owner] : [];
  });
  return [...new Set([...state.records.services, ...owners])]
    .filter((name) => name !== '' && (services?.has(name) ?? true))
    .sort()
    .map((name) => {
      const newest = state.records.newestOf(name);
      const own = workloads.filter(
        ({ kind, metadata }) => metadata.labels?.[label.service] === name && !hides(unread, kind),
      );
      const hasWorkload = newest === undefined || newest.manifests.some(isWorkload);
      return {
        service: name,
        newest: newest && summaryOf(newest),
        running: runningAmong(own, name, state) ?? (hasWorkload ? undefined : ranOnce(newest)),
        drift: newest ? driftOf(newest, state).filter(({ kind }) => !hides(unread, kind)) : [],
        unread: [...unread].flatMap(([kind, reason]) =>
          newest?.manifests.some((object) => kindNameOf(object) === kind)
            ? [{ kind, reason, remedy: 'Get the right.' }]
            : [],
        ),
        ...(newest?.outcome === 'running' ? { unhealthy: [], remarks: [] } : state.health.findingsOf(name)),
      };
    });
}

function runningAmong(
  workloads: readonly KubernetesObject[],
  service: string,
  state: NamespaceState,
): RunningService | undefined {
  const rollouts = workloads.filter((live) => isServing(live, service)).map((live) => runningOf(live, state.rollouts));
  const worst = rollouts.reduce<RunningService | undefined>(
    (worse, each) => (!worse || isWorse(each.health, worse.health) ? each : worse),
    undefined,
  );
  const cronJobs = workloads.filter(isCronJob).map((object) => ({ object, deployedAt: state.appliedAt(object) }));
  return withCronJobs(worst, cronJobs, service);
}

/** Reports whether a workload runs a service; a canary's is no part of that. */
function isServing(live: KubernetesObject, service: string): boolean {
  return isRollout(live) && !!serviceContainerOf(live, service) && live.metadata.labels?.[label.canary] === undefined;
}

function hides(unread: ReadonlyMap<string, string>, kind: string): boolean {
  return [...unread.keys()].some((each) => each.endsWith(`/${kind}`));
}

function runningOf(live: KubernetesObject, rollouts: ScriptedRollouts): RunningService {
  const image = rollouts.imageServing(live);
  const health = rollouts.healthOf(live);
  const digest = image === undefined ? undefined : /@(.*)$/.exec(image)?.[1];
  return {
    buildNumber: live.metadata.annotations?.[annotation.buildNumber],
    commit: live.metadata.annotations?.[annotation.commit],
    digests: digest === undefined ? [] : [digest],
    podsReady: health === 'healthy' || (health === 'rolling-out' && image !== undefined) ? podsWanted(live) : 0,
    podsWanted: podsWanted(live),
    health,
  };
}
