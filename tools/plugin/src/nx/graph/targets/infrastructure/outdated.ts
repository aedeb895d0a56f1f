import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Tells which services are not deployed as the checked-out commit has them. */
export const infrastructureOutdatedTarget: TargetConfiguration = {
  executor: executorNamed('infrastructure-outdated'),
  cache: false,
  metadata: {
    description: 'Tell which services are not deployed as the checked-out commit has them',
    technologies: ['kubernetes', 'git'],
  },
};
