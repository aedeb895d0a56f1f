import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Builds and pushes the image of a service under a new build number. */
export const dockerReleaseTarget: TargetConfiguration = {
  executor: executorNamed('docker-release'),
  cache: false,
  dependsOn: ['build'],
  metadata: {
    description: "Build and push this service's image under a new build number",
    technologies: ['docker'],
  },
};
