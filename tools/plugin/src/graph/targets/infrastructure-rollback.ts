import type { TargetConfiguration } from '@nx/devkit';

/** Brings a whole environment back to what it was. */
export const infrastructureRollbackTarget: TargetConfiguration = {
  executor: '@poc/plugin:infrastructure-rollback',
  cache: false,
  metadata: { description: 'Bring a whole environment back to what it was', technologies: ['kubernetes'] },
};
