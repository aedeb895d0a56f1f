import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** The whole way of a service, from source to every automatic environment. */
export const releaseTarget: TargetConfiguration = {
  executor: executorNamed('release'),
  cache: false,
  dependsOn: ['lint', 'test', 'build'],
  metadata: {
    description: 'Build, push, tag and deploy this service to every automatic environment',
    technologies: ['docker', 'kubernetes'],
  },
};
