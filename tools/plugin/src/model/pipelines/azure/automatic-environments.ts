import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';

/** Where every release goes at once. */
export function automaticEnvironments({ environments }: PipelineFacts): readonly PipelineEnvironment[] {
  return environments.filter(({ deploy }) => deploy === 'automatic');
}
