import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Tells what a deploy of a service would change, field by field. */
export const diffTarget: TargetConfiguration = {
  executor: executorNamed('diff'),
  cache: false,
  metadata: {
    description: 'Tell what a deploy of this service would change, field by field',
    technologies: ['kubernetes'],
  },
};
