import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { ChangedServices } from '../../../model/observe/changed-services.ts';
import type { RolloutEvent } from '../deploy/wait/rollout-state.ts';

/** Returns the services that an object may be part of, by its metadata; undefined where that cannot be said yet. */
export type ServicesOf = (object: Pick<KubernetesObject, 'metadata'>) => readonly string[] | undefined;

/** The services of the objects of a watched list: one whose labels change leaves a service, too. */
export class NamedServices {
  private readonly servicesOf: ServicesOf;
  /** By the name of the object. */
  private readonly named = new Map<string, readonly string[] | undefined>();

  constructor(servicesOf: ServicesOf) {
    this.servicesOf = servicesOf;
  }

  /** Returns the services that an event concerns: all for a list, as nobody knows what happened before. */
  take(event: RolloutEvent): ChangedServices {
    if (event.type === 'listed') {
      this.named.clear();
      for (const object of event.objects) this.named.set(object.metadata.name, this.servicesOf(object));
      return 'all';
    }
    const { name } = event.object.metadata;
    const [before = [], now] = [this.named.get(name), this.servicesOf(event.object)];
    if (event.type === 'deleted') this.named.delete(name);
    else this.named.set(name, now);
    return now ? new Set([...before, ...now]) : 'all';
  }
}
