import type { TargetConfiguration } from '@nx/devkit';

/** Puts a release of a service into an environment. */
export const k8sDeployTarget: TargetConfiguration = {
  executor: '@poc/plugin:k8s-deploy',
  cache: false,
  metadata: { description: 'Put a release of this service into an environment', technologies: ['kubernetes'] },
};
