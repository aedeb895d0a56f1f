import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Puts a release of a service into an environment. */
export const k8sDeployTarget: TargetConfiguration = {
  executor: executorNamed('k8s-deploy'),
  cache: false,
  metadata: { description: 'Put a release of this service into an environment', technologies: ['kubernetes'] },
};
