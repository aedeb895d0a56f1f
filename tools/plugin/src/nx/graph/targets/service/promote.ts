import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Brings a release of a service from one environment to the next. */
export const promoteTarget: TargetConfiguration = {
  executor: executorNamed('promote'),
  cache: false,
  metadata: {
    description: 'Bring a release that proved itself in one environment to the next',
    technologies: ['kubernetes'],
  },
};
