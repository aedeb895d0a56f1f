import { generatedHeader } from '../generated-file.ts';
import type { PipelineFacts, PipelineService } from '../pipeline-facts.ts';
import { pathInRepository } from '../repository-paths.ts';
import { yaml, type Yaml } from '../yaml-template.ts';

/** Returns the pipeline of one service that pushes to its paths start. */
export function triggeredPipeline(service: PipelineService, { branch, folder }: PipelineFacts): Yaml {
  const { include, exclude } = pathFilter(service);
  return yaml`
    ${generatedHeader}

    # Releases ${service.name} when a push changes what it is made of. While a run is in progress, further pushes wait for it, and are
    # released together by the next.
    name: $(Date:yyyyMMdd)$(Rev:-r)

    trigger:
      batch: true
      branches:
        include:
          - ${branch}
      paths:
        include:
          ${include}
        ${exclude.length > 0 ? excluded(exclude) : undefined}
    pr: none

    extends:
      template: /${pathInRepository({ folder }, 'Infrastructure/pipelines/templates/service.yml')}
      parameters:
        service: ${service.name}
  `;
}

function excluded(paths: readonly string[]): Yaml {
  return yaml`
    exclude:
      ${paths}
  `;
}

/**
 * Returns a service's paths as Azure filters them: `docs/**` is a folder with all below it, and of two filters that fit a file the
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
