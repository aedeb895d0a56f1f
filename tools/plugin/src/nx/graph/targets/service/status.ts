import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Tells which release of a service runs in which environment. */
export const statusTarget: TargetConfiguration = {
  executor: executorNamed('status'),
  cache: false,
  metadata: {
    description: 'Tell which release of this service runs in which environment',
    technologies: ['kubernetes'],
  },
};
