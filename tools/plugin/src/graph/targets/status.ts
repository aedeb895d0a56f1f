import type { TargetConfiguration } from '@nx/devkit';

/** Tells which release of a service runs in which environment. */
export const statusTarget: TargetConfiguration = {
  executor: '@poc/plugin:status',
  cache: false,
  metadata: {
    description: 'Tell which release of this service runs in which environment',
    technologies: ['kubernetes'],
  },
};
