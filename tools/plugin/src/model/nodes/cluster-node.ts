import type { Platform } from '../build/platform.ts';

/** A node of a cluster, with what decides which pods come to it. */
export interface ClusterNode {
  readonly platform: Platform;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** True when no pod comes to it any more: `kubectl cordon`. */
  readonly isCordoned: boolean;
}

/** A mark that keeps pods away from a node that do not tolerate it. */
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

export const archLabel = 'kubernetes.io/arch';
export const osLabel = 'kubernetes.io/os';
