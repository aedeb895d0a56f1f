import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Measures how changes are delivered to an environment. */
export const infrastructureMetricsTarget: TargetConfiguration = {
  executor: executorNamed('infrastructure-metrics'),
  cache: false,
  metadata: {
    description: 'Measure how changes are delivered to an environment: the four figures of DORA',
    technologies: ['kubernetes'],
  },
};
