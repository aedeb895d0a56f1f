/** Services that may have changed since they were looked at; `all` where that is not known, as after an interruption. */
export type ChangedServices = ReadonlySet<string> | 'all';

/** Nothing has changed. */
export const noServices: ChangedServices = new Set<string>();

/** Returns the services of two changes. */
export function mergeChanges(one: ChangedServices, other: ChangedServices): ChangedServices {
  return one === 'all' || other === 'all' ? 'all' : new Set([...one, ...other]);
}
