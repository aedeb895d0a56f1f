import type { Platform } from '../build/platform.ts';
import { runsImage } from '../build/runs-image.ts';
import type { Machines } from './machines.ts';

/**
 * How an image fits the machines that its pods come to: `none` of them runs it, or `some` do, and pods on the others crash.
 * Where the environment's file names the platforms, it is for all of them or for `none`.
 */
export interface PlatformFit {
  readonly fits: 'all' | 'some' | 'none';
  /** The platforms of the machines that do not run it. */
  readonly uncovered: readonly Platform[];
}

/** Compares the platforms of an image with those of machines. @param image at least one. */
export function platformFit(image: readonly Platform[], { platforms, saidBy }: Machines): PlatformFit {
  const uncovered = platforms.filter((machine) => !image.some((each) => runsImage(machine, each)));
  if (uncovered.length === 0) return { fits: 'all', uncovered };
  if (saidBy === 'environment' || uncovered.length === platforms.length) return { fits: 'none', uncovered };
  // Of what selectors alone leave, nobody knows which there are.
  return saidBy === 'selectors' ? { fits: 'all', uncovered: [] } : { fits: 'some', uncovered };
}
