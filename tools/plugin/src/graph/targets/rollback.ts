import type { TargetConfiguration } from '@nx/devkit';

/** Goes back to an earlier release of a service. */
export const rollbackTarget: TargetConfiguration = {
  executor: '@poc/plugin:rollback',
  cache: false,
  metadata: { description: 'Go back to an earlier release of this service', technologies: ['kubernetes'] },
};
