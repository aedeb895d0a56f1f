import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { annotation, label } from '../../../plugin/src/model/manifests/labels.ts';
import { isRollout } from '../../../plugin/src/model/manifests/rules/pod-templates.ts';
import type { ObservedService, RunningService } from '../../../plugin/src/ports/cluster.ts';
import { summaryOf } from './deployment-records.ts';
import { driftOf } from './drift.ts';
import type { NamespaceState } from './namespace-state.ts';
import { podsWanted, type ScriptedRollouts } from './scripted-rollouts.ts';

/** Returns what there is of one service, or of every one that was deployed or runs here, in alphabetical order. */
export function observe(state: NamespaceState, service?: string): ObservedService[] {
  const workloads = state.objects.all.flatMap(({ live }) => (isRollout(live) ? [live] : []));
  const running = new Map(workloads.map((live) => [live.metadata.labels?.[label.service] ?? '', live]));
  return [...new Set([...state.records.services, ...running.keys()])]
    .filter((name) => name !== '' && (service === undefined || name === service))
    .sort()
    .map((name) => {
      const [workload, newest] = [running.get(name), state.records.newestOf(name)];
      return {
        service: name,
        newest: newest && summaryOf(newest),
        running: workload && runningOf(workload, state.rollouts),
        drift: newest ? driftOf(newest, state) : [],
      };
    });
}

function runningOf(live: KubernetesObject, rollouts: ScriptedRollouts): RunningService {
  const image = rollouts.imageServing(live);
  const health = rollouts.healthOf(live);
  const digest = image === undefined ? undefined : /@(.*)$/.exec(image)?.[1];
  return {
    buildNumber: live.metadata.annotations?.[annotation.buildNumber],
    commit: live.metadata.annotations?.[annotation.commit],
    digests: digest === undefined ? [] : [digest],
    podsReady: health === 'healthy' ? podsWanted(live) : 0,
    podsWanted: podsWanted(live),
    health,
  };
}
