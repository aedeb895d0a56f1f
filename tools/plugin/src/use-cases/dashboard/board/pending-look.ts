import { mergeChanges, noServices, type ChangedServices } from '../../../model/observe/changed-services.ts';

/** As many services are looked at by name; beyond that, a list of all of them costs less. */
const mostNamed = 100;
/** Milliseconds between two looks at all services: what is not watched (routes, quotas, ConfigMaps) is found by them. */
const betweenAll = { least: 60_000, most: 300_000 };
/** After a look at all services, as many times as long as it took: who watches an idle shop shall take no core's percent. */
const restAfterAll = 100;

/** The services that the next look at an environment is for: those that changed, or all of them when that is due. */
export class PendingLook {
  private services: ChangedServices = 'all';
  private allDueAt = 0;

  add(services: ChangedServices): void {
    this.services = mergeChanges(this.services, services);
  }

  /** Returns what to look at now, and forgets it. @param now milliseconds of any clock that only goes on. */
  take(now: number): ChangedServices {
    const { services } = this;
    this.services = noServices;
    return services === 'all' || services.size > mostNamed || now >= this.allDueAt ? 'all' : services;
  }

  /** Notes when a look at all services began and ended. */
  noteAll(began: number, ended: number): void {
    const { least, most } = betweenAll;
    this.allDueAt = ended + Math.min(Math.max(restAfterAll * (ended - began), least), most);
  }

  /** Returns the milliseconds until all services are to be looked at. */
  dueIn(now: number): number {
    return Math.max(0, this.allDueAt - now);
  }
}
