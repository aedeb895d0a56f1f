import { describeObject, type KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { podTemplateOf } from '../../../plugin/src/model/manifests/rules/pod-templates.ts';
import { fieldAt, identityOf } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import type { OldPodsReport } from '../../../plugin/src/ports/cluster.ts';

/** A pod of a StatefulSet: the template that it was made of, and whether it serves. */
interface StatefulPod {
  readonly template: string;
  readonly isBroken: boolean;
}

/** The pods of the StatefulSets of a twin of a namespace: its controller replaces none while another one does not serve. */
export class StatefulPods {
  /** By identity of the StatefulSet, in the order of their ordinals. */
  private readonly pods = new Map<string, StatefulPod[]>();

  /**
   * Deletes the broken pods of other revisions, where the deployer does that, or the controller.
   * @returns what was deleted, or the obstacle that stays.
   */
  replaceBroken(set: KubernetesObject, isDeployersTo: boolean): OldPodsReport & { readonly obstacle?: string } {
    const isParallel = fieldAt(set, 'spec', 'podManagementPolicy') === 'Parallel';
    const replacedPods: string[] = [];
    for (const [index, pod] of this.podsOf(set).entries()) {
      if (!pod.isBroken || pod.template === templateOf(set)) continue;
      const name = `${set.metadata.name}-${index}`;
      if (isKept(set, index) || !(isParallel || isDeployersTo))
        return {
          obstacle: `An old pod is in the way: Pod ${name} is broken. Delete it (\`kubectl delete pod ${name}\`).`,
        };
      if (!isParallel) replacedPods.push(`Deleted Pod ${name}, which is of an older revision and broken.`);
    }
    return replacedPods.length > 0 ? { replacedPods } : {};
  }

  /** Replaces the pods, up to one that does not serve. @returns those that stay, when all serve. */
  rollOut(set: KubernetesObject, serves: boolean): OldPodsReport {
    const template = templateOf(set);
    const before = this.podsOf(set);
    const count = Number(fieldAt(set, 'spec', 'replicas') ?? 1);
    const pods = Array.from({ length: count }, (_, index): StatefulPod => {
      const old = before[index];
      const isReplaced = !old || (!isKept(set, index) && (serves || index === count - 1));
      return isReplaced ? { template, isBroken: !serves } : old;
    });
    this.pods.set(identityOf(set), pods);
    const kept = pods.flatMap((pod, index) => (pod.template === template ? [] : [`${set.metadata.name}-${index}`]));
    if (!serves || kept.length === 0) return {};
    const why = isByHand(set) ? 'its update strategy is OnDelete' : `its partition is ${partitionOf(set)}`;
    const who = `${kept.length} of the pods of ${describeObject(set)} (${kept.join(', ')})`;
    return { keptPods: [`${who} ${kept.length === 1 ? 'keeps' : 'keep'} an older revision, because ${why}.`] };
  }

  /** The templates of all pods that are there. */
  get templates(): unknown[] {
    return [...this.pods.values()].flat().map(({ template }) => JSON.parse(template) as unknown);
  }

  private podsOf(set: KubernetesObject): StatefulPod[] {
    return this.pods.get(identityOf(set)) ?? [];
  }
}

function templateOf(set: KubernetesObject): string {
  return JSON.stringify(podTemplateOf(set));
}

function isByHand(set: KubernetesObject): boolean {
  return fieldAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete';
}

function partitionOf(set: KubernetesObject): number {
  return Number(fieldAt(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0);
}

function isKept(set: KubernetesObject, index: number): boolean {
  return isByHand(set) || index < partitionOf(set);
}
