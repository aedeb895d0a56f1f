import type { Folders } from '../storage/folders.ts';
import type { Output } from '../command/output.ts';

/** The context of bringing up any part of the platform. */
export interface WorkContext {
  readonly folders: Folders;
  readonly output: Output;
  readonly signal: AbortSignal | undefined;
  readonly scope: PlatformScope;
}

/** The context of bringing up a cluster. */
export interface ProviderContext extends WorkContext {
  /** The engine, its base images and the registry, which come up beside the cluster. */
  readonly registryReady: Promise<void>;
}

/**
 * How much is brought up: everything, or only what releasing services and their stores and calling them needs, which
 * leaves out network policies, addresses of load balancers and the base image of Python.
 */
export type PlatformScope = 'minimal' | 'full';

/** Returns the scope to bring up: that of a running platform is never reduced. */
export function widerScope(running: PlatformScope | undefined, asked: PlatformScope): PlatformScope {
  return running === 'full' ? running : asked;
}

/** How to reach what was brought up. */
export interface ClusterFacts {
  readonly kubeconfig: string;
  readonly context: string;
  readonly registry: string;
  readonly gateway: string;
  readonly kubernetes: string;
  /** Folder of kubectl, where it is not that of the built binaries. */
  readonly binaries?: string;
}

/** A source of the cluster. */
export type ProviderName = 'context' | 'kind' | 'built';
