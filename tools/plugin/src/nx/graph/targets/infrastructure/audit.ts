import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Tells whether all witnesses say the same of what was released and what runs. */
export const infrastructureAuditTarget: TargetConfiguration = {
  executor: executorNamed('infrastructure-audit'),
  cache: false,
  metadata: {
    description: 'Tell whether tags, images, pods, records and GitHub say the same of what runs',
    technologies: ['kubernetes', 'git', 'docker'],
  },
};
