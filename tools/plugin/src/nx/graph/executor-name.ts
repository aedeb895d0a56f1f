import { executorCollection, executorCollections } from '../../model/product/installation.ts';

/** Returns how targets name an executor of this plugin. */
export function executorNamed(name: string): string {
  return `${executorCollection}:${name}`;
}

/** Reports whether a target is run by an executor of this plugin, by whichever of its collections it is named. */
export function isExecutor(executor: string | undefined, name: string): boolean {
  return executorCollections.some((collection) => executor === `${collection}:${name}`);
}
