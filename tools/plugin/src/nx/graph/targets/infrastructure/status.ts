import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Tells what runs where. */
export const infrastructureStatusTarget: TargetConfiguration = {
  executor: executorNamed('infrastructure-status'),
  cache: false,
  metadata: { description: 'Tell what runs where: services by environments', technologies: ['kubernetes'] },
};
