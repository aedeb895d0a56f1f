import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../model/manifests/source/object-fields.ts';
import { label } from '../../../model/product/wire-names.ts';

/**
 * Attributes pods to services by their labels alone. Workloads select pods by the label `instance`, unless their manifest
 * has a selector of its own: services with such a workload, noted by each look, may own any pod.
 */
export class PodServices {
  private readonly unusual = new Set<string>();
  private isKnown = false;

  /** Reports whether a workload has none but pods whose label names its service. */
  static selectsByInstance(workload: KubernetesObject, service: string): boolean {
    return fieldAt(workload, 'spec', 'selector', 'matchLabels', label.instance) === service;
  }

  /** Notes the workload of each service that was looked at, undefined where it has none. */
  note(looked: Iterable<readonly [service: string, workload: KubernetesObject | undefined]>): void {
    this.isKnown = true;
    for (const [service, workload] of looked) {
      if (workload && !PodServices.selectsByInstance(workload, service)) this.unusual.add(service);
      else this.unusual.delete(service);
    }
  }

  /** Returns the services that a pod may be part of; undefined before any look. */
  of({ metadata }: Pick<KubernetesObject, 'metadata'>): readonly string[] | undefined {
    if (!this.isKnown) return undefined;
    const instance = metadata.labels?.[label.instance];
    return instance === undefined ? [...this.unusual] : [instance, ...this.unusual];
  }
}
