import type { TargetConfiguration } from '@nx/devkit';
import { executorNamed } from '../../executor-name.ts';

/** Tags the commit from which a pushed image was built. */
export const gitTagTarget: TargetConfiguration = {
  executor: executorNamed('git-tag'),
  cache: false,
  metadata: { description: "Tag the commit from which this service's pushed image was built", technologies: ['git'] },
};
