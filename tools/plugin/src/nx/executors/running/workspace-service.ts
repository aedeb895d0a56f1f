import type { ExecutorContext, ProjectGraph } from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isExecutor } from '../../graph/executor-name.ts';
import { parseServiceName } from '../../../model/release/service-name.ts';
import type { ServiceMap } from '../../../ports/service-map.ts';
import type { ServiceSource } from '../../../ports/service-source.ts';
import type { SourceRepository } from '../../../ports/repository/source-repository.ts';
import { ClosureIndex } from '../../../adapters/workspace/closure-index.ts';
import { contentFilter, contentFolders, contentHash } from '../../../adapters/workspace/content.ts';
import { refuseForeignLinks } from '../../../adapters/workspace/foreign-links.ts';
import { foreignImageInputs } from '../../../adapters/workspace/image-context.ts';
import { refuseHiddenDifferences } from '../../../adapters/workspace/hidden-differences.ts';
import { refuseIgnoredInputs } from '../../../adapters/workspace/ignored-inputs.ts';
import { readBaseImages } from '../../../adapters/workspace/read-base-images.ts';
import { deploymentSettings } from '../../../adapters/workspace/deployment-settings.ts';
import { locatedBuild } from '../../../adapters/workspace/service-build.ts';
import { serviceIn } from '../../../adapters/workspace/service.ts';

/** A service of the workspace as the use cases see it. @throws {Refusal} when there is none of this name, or none can be. */
export function workspaceService(
  name: string,
  { root, projectGraph, nxJsonConfiguration }: Pick<ExecutorContext, 'root' | 'projectGraph' | 'nxJsonConfiguration'>,
  repository: SourceRepository,
): ServiceSource {
  const service = serviceIn(projectGraph, nxJsonConfiguration, parseServiceName(name, `find the service ${name}`));
  const build = () => locatedBuild(service, root);
  return {
    name,
    root: service.root,
    partOf: workspaceName(root),
    ...deploymentSettings(service),
    folder: join(root, service.root),
    projectRoots: service.closure.map((project) => project.root),
    inputFolders: contentFolders(service),
    isContent: contentFilter(service),
    packages: service.directPackages,
    contentHash: (source) => contentHash(service, repository, source),
    build,
    baseImages: (source) => readBaseImages(service, repository, source, build()),
    foreignImageInputs: (source) => foreignImageInputs(service, repository, source),
    requireCommittedInputs: async () => {
      await Promise.all([refuseIgnoredInputs(service, repository), refuseHiddenDifferences(service, repository)]);
      await refuseForeignLinks(service, repository);
    },
  };
}

/** The services of the workspace: the projects that have this plugin's target `release`. */
export function workspaceServices({
  projectGraph,
  nxJsonConfiguration,
}: Pick<ExecutorContext, 'projectGraph' | 'nxJsonConfiguration'>): ServiceMap {
  return new ClosureIndex(projectGraph, nxJsonConfiguration, serviceNames(projectGraph));
}

/** Their names alone. */
export function serviceNames(graph: ProjectGraph): string[] {
  return Object.values(graph.nodes)
    .filter(({ data }) => isExecutor(data.targets?.['release']?.executor, 'release'))
    .map(({ name }) => name);
}

/** The name in the workspace's package.json, or of its folder. */
function workspaceName(root: string): string {
  const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name?: string };
  return name ?? basename(root);
}
