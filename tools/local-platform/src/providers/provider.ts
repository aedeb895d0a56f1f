import type { Folders } from '../folders.ts';
import type { Output } from '../output.ts';

/** What bringing up a cluster may use. */
export interface ProviderContext {
  readonly folders: Folders;
  readonly output: Output;
  readonly signal: AbortSignal | undefined;
  /** The engine, its base images and the registry, which come up beside the cluster. */
  readonly registryReady: Promise<void>;
}

/** How to reach what was brought up. */
export interface ClusterFacts {
  readonly kubeconfig: string;
  readonly context: string;
  readonly registry: string;
  readonly gateway: string;
  readonly kubernetes: string;
}

/** Where the cluster comes from. */
export type ProviderName = 'context' | 'kind' | 'built';
