import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Goes back to an earlier release of a service. */
export const rollbackTarget: TargetConfiguration = {
  executor: executorNamed('rollback'),
  cache: false,
  metadata: { description: 'Go back to an earlier release of this service', technologies: ['kubernetes'] },
};
