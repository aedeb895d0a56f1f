import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Puts a version of the clusters' configuration into an environment. */
export const infrastructureProvisionTarget: TargetConfiguration = {
  executor: executorNamed('infrastructure-provision'),
  cache: false,
  metadata: {
    description: "Put a version of the clusters' configuration into an environment",
    technologies: ['kubernetes'],
  },
};
