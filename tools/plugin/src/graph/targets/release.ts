import type { TargetConfiguration } from '@nx/devkit';

/** The whole way of a service, from source to every automatic environment. */
export const releaseTarget: TargetConfiguration = {
  executor: '@poc/plugin:release',
  cache: false,
  dependsOn: ['lint', 'test', 'build'],
  metadata: {
    description: 'Build, push, tag and deploy this service to every automatic environment',
    technologies: ['docker', 'kubernetes'],
  },
};
