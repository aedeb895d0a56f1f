import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Tells which releases of a service were put where, and how that ended. */
export const historyTarget: TargetConfiguration = {
  executor: executorNamed('history'),
  cache: false,
  metadata: {
    description: 'Tell which releases of this service were put where, and how that ended',
    technologies: ['kubernetes'],
  },
};
