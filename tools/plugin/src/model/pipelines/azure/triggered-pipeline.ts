import { generatedHeader } from '../generated-file.ts';
import type { PipelineFacts, PipelineService } from '../pipeline-facts.ts';
import { indented, list, scalar } from './yaml-text.ts';

/** The pipeline of one service that pushes to its paths start. */
export function triggeredPipeline(service: PipelineService, { branch }: PipelineFacts): string {
  const { include, exclude } = pathFilter(service);
  return `${generatedHeader}
# Releases ${service.name} when a push changes what it is made of. While a run goes on, further pushes wait for it, and are
# released together by the next.
name: $(Date:yyyyMMdd)$(Rev:-r)

trigger:
  batch: true
  branches:
    include:
      - ${scalar(branch)}
  paths:
    include:
${indented(6, list(include))}
${exclude.length > 0 ? `    exclude:\n${indented(6, list(exclude))}\n` : ''}pr: none

extends:
  template: /Infrastructure/pipelines/templates/service.yml
  parameters:
    service: ${scalar(service.name)}
`;
}

/**
 * A service's paths as Azure filters them: `docs/**` is a folder with all below it, and of two filters that fit a file the
 * one with the deeper folder counts, whatever their order.
 */
export function pathFilter({ paths, foreignPaths }: Pick<PipelineService, 'paths' | 'foreignPaths'>): {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
} {
  return { include: paths.map(azurePath), exclude: foreignPaths.map(azurePath) };
}

function azurePath(path: string): string {
  return path.replace(/^\.\//, '').replace(/(^|\/)$/, '$1**');
}
