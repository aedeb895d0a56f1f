import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Tells where a commit has got to. */
export const infrastructureWhereTarget: TargetConfiguration = {
  executor: executorNamed('infrastructure-where'),
  cache: false,
  metadata: {
    description: 'Tell where a commit has got to: in which builds, in which environments',
    technologies: ['kubernetes', 'git'],
  },
};
