import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Gives the clusters' configuration a version. */
export const infrastructurePackageTarget: TargetConfiguration = {
  executor: executorNamed('infrastructure-package'),
  cache: false,
  metadata: { description: "Give the clusters' configuration a version", technologies: ['kubernetes', 'git'] },
};
