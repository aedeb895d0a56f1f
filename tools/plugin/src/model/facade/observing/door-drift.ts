import type { RecordedApi } from '../../deploy/deployment-record.ts';
import type { CurrentApi } from '../publishing/door.ts';

/**
 * How an API at the door differs from what was published. `missing`: it is gone. `other-revision`: clients get another
 * one. `changed`: the revision is not the one that was made, or its mark was taken away. `moved`: it is at another path,
 * or was never opened. `other-products`: it was given to products, or taken from them.
 */
export type DoorDrift =
  | { readonly api: string; readonly state: 'missing' }
  | { readonly api: string; readonly state: 'other-revision'; readonly recorded: string; readonly current: string }
  | {
      readonly api: string;
      readonly state: 'other-products';
      readonly added: readonly string[];
      readonly removed: readonly string[];
    }
  | { readonly api: string; readonly state: 'changed'; readonly current: string }
  | { readonly api: string; readonly state: 'moved'; readonly recorded: string; readonly current: string };

/**
 * Compares the APIs of a deployment with what clients get at the door: by the digest that is in the mark of a revision,
 * because what API Management exports is not what it was sent.
 * @param current all APIs at the door.
 */
export function doorDrift(recorded: readonly RecordedApi[], current: readonly CurrentApi[]): DoorDrift[] {
  return recorded.flatMap((wanted): DoorDrift[] => {
    const { api, revision, digest, path } = wanted;
    // Ids differ by case in no instance.
    const found = current.find((each) => each.api.toString().toLowerCase() === api.toLowerCase());
    if (!found) return [{ api, state: 'missing' }];
    const revisionNow = found.revision.toString();
    const ofContent: DoorDrift[] =
      revisionNow !== revision
        ? [{ api, state: 'other-revision', recorded: revision, current: revisionNow }]
        : found.mark?.digest !== digest
          ? [{ api, state: 'changed', current: revisionNow }]
          : [];
    const pathNow = found.settings.path.toString();
    return [
      ...ofContent,
      ...(pathNow === path ? [] : [{ api, state: 'moved' as const, recorded: path, current: pathNow }]),
      ...otherProducts(wanted, found.products),
    ];
  });
}

/** A release that names no products leaves them as they are. */
function otherProducts({ api, products: wanted }: RecordedApi, current: CurrentApi['products']): DoorDrift[] {
  if (!wanted || !current) return [];
  const found = current.map((product) => product.toString());
  // Ids differ by case in no instance.
  const without = (these: readonly string[], others: readonly string[]) =>
    these.filter((each) => !others.some((other) => other.toLowerCase() === each.toLowerCase())).sort();
  const [added, removed] = [without(found, wanted), without(wanted, found)];
  return added.length + removed.length === 0 ? [] : [{ api, state: 'other-products', added, removed }];
}

/**
 * Reports whether the next deployment of the same release puts it right. A revision that was changed under its number is
 * not made again: a release gets another number first.
 */
export function isPutRight({ state }: DoorDrift): boolean {
  return state !== 'changed';
}

/** Returns a difference as a line: `API orders: clients get revision 20261124-1, deployed was 20261124-2`. */
export function describeDoorDrift(drift: DoorDrift): string {
  const { api } = drift;
  switch (drift.state) {
    case 'missing':
      return `API ${api} is gone`;
    case 'other-revision':
      return `API ${api}: clients get revision ${drift.current}; deployed was ${drift.recorded}`;
    case 'other-products':
      return `API ${api}: ${[
        ...drift.added.map((product) => `product ${product} was added`),
        ...drift.removed.map((product) => `product ${product} was removed`),
      ].join(', ')}`;
    case 'changed':
      return `API ${api}: revision ${drift.current} is not as it was published`;
    case 'moved':
      return `API ${api}: clients find it at /${drift.current}; deployed was /${drift.recorded}`;
  }
}
