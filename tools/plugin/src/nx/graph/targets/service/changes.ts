import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Tells what differs between two releases. */
export const changesTarget: TargetConfiguration = {
  executor: executorNamed('changes'),
  cache: false,
  metadata: {
    description: 'Tell what differs between two releases of this service: commits, API, manifests, dependencies',
    technologies: ['git', 'openapi', 'kubernetes'],
  },
};
