import type { TargetConfiguration } from '@nx/devkit';

/** Brings a release of a service from one environment to the next. */
export const promoteTarget: TargetConfiguration = {
  executor: '@poc/plugin:promote',
  cache: false,
  metadata: {
    description: 'Bring a release that proved itself in one environment to the next',
    technologies: ['kubernetes'],
  },
};
