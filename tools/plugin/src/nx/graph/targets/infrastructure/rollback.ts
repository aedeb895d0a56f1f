import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Brings a whole environment back to what it was. */
export const infrastructureRollbackTarget: TargetConfiguration = {
  executor: executorNamed('infrastructure-rollback'),
  cache: false,
  metadata: { description: 'Bring a whole environment back to what it was', technologies: ['kubernetes'] },
};
