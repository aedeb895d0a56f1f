import { ProductError } from '../../../../model/errors/product-error.ts';
import { ownFiles } from './kubeconfig.ts';
import { readConfig, textIn } from './kubeconfig-entries.ts';

/** Returns the context that kubectl would take now: the first that a file of the kubeconfig names. */
export async function currentContext(): Promise<string | undefined> {
  for (const file of ownFiles()) {
    try {
      const name = textIn(await readConfig(file, 'find the current context'), 'current-context');
      if (name !== '') return name;
    } catch (error) {
      // One that cannot be read says nothing.
      if (!(error instanceof ProductError)) throw error;
    }
  }
  return undefined;
}
