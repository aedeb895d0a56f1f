import type { TargetConfiguration } from '@nx/devkit';

/** Builds and pushes the image of a service under a new build number. */
export const dockerReleaseTarget: TargetConfiguration = {
  executor: '@poc/plugin:docker-release',
  cache: false,
  dependsOn: ['build'],
  metadata: {
    description: "Build and push this service's image under a new build number",
    technologies: ['docker'],
  },
};
