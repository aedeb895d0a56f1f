import { Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import type { ProviderName } from './provider.ts';

/** The facts that decide where a cluster comes from when nobody has said it. */
export interface Circumstances {
  /** A docker server answers. */
  readonly docker: boolean;
  /** The node image of kind is in the engine, or can be pulled. */
  readonly nodeImage: boolean;
  /** As Node names it. */
  readonly platform: string;
  readonly isRoot: boolean;
}

/**
 * Returns the provider when none is asked for: kind wherever docker can have it. Only where it cannot, Kubernetes is built
 * and run as root. @throws Refusal when neither is possible.
 */
export function chooseProvider({ docker, nodeImage, platform, isRoot }: Circumstances): ProviderName {
  if (docker && nodeImage) return 'kind';
  if (platform === 'linux' && isRoot) return 'built';
  throw docker
    ? new Refusal({
        type: 'no-provider-possible',
        doing: 'choose where the cluster comes from',
        reason: "docker can neither pull kind's node image nor has it, and without it a cluster needs Linux and root.",
        remedy:
          'Check that docker reaches docker.io (`docker pull busybox`), or take a cluster that you have by `--context=NAME`.',
      })
    : new Refusal({
        type: 'engine-missing',
        doing: 'choose where the cluster comes from',
        reason: 'No docker server answers, and only root on Linux can do without.',
        remedy: 'Start docker and run the same command again.',
      });
}
