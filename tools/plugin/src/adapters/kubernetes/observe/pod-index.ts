import { groupByKey } from '../../../model/text/group-by-key.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { fieldAt, isMap } from '../../../model/manifests/source/object-fields.ts';
import { selects } from '../../../model/manifests/rules/selectors.ts';
import type { PodFacts } from './running.ts';

/** The pods of a namespace, by their labels: there may be thousands, and as many workloads that select some. */
export class PodIndex {
  private readonly pods: readonly PodFacts[];
  private readonly byLabel: ReadonlyMap<string, PodFacts[]>;

  constructor(pods: readonly PodFacts[]) {
    this.pods = pods;
    this.byLabel = groupByKey(
      pods.flatMap((pod) => Object.entries(pod.labels).map(([key, value]) => [`${key}=${value}`, pod] as const)),
    );
  }

  /** Pods that a workload selects. */
  of(workload: KubernetesObject): PodFacts[] {
    const selector = fieldAt(workload, 'spec', 'selector');
    const labels = fieldAt(selector, 'matchLabels');
    const candidates = Object.entries(isMap(labels) ? labels : {}).map(
      ([key, value]) => this.byLabel.get(`${key}=${String(value)}`) ?? [],
    );
    const fewest = candidates.sort((a, b) => a.length - b.length)[0] ?? this.pods;
    return fewest.filter((pod) => selects(selector, pod.labels));
  }
}
