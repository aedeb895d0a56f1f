import type { ExecutorContext } from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseServiceName } from '../../../model/release/service-name.ts';
import type { WorkspaceMap } from '../../../ports/project-links.ts';
import type { ServiceSource } from '../../../ports/service-source.ts';
import type { SourceRepository } from '../../../ports/repository/source-repository.ts';
import { requireBuildPlaces, requireStage } from '../../../adapters/workspace/buildable.ts';
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
import { distinctServicesIn, serviceOfProject, type NamedService } from './service-names.ts';

type Context = Pick<ExecutorContext, 'root' | 'projectGraph' | 'nxJsonConfiguration'>;

/** A service of the workspace as the use cases see it. @throws {Refusal} when there is none of this name, or none can be. */
export function workspaceService(name: string, context: Context, repository: SourceRepository): ServiceSource {
  const found = distinctServicesIn(context.projectGraph).find((service) => service.name === name);
  return sourceOf(found ?? { name, project: name }, context, repository);
}

/** The service that a project is. @throws {Refusal} when none can be of its name, or another is. */
export function serviceOf(project: string, context: Context, repository: SourceRepository): ServiceSource {
  const found = serviceOfProject(context.projectGraph, project);
  return sourceOf(found ?? { name: project, project }, context, repository);
}

function sourceOf(
  { name, project }: Pick<NamedService, 'name' | 'project'>,
  { root, projectGraph, nxJsonConfiguration }: Context,
  repository: SourceRepository,
): ServiceSource {
  parseServiceName(name, `find the service ${name}`);
  const service = serviceIn(projectGraph, nxJsonConfiguration, { name, project });
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
    requireBuildable: async () => {
      const built = { name, folder: join(root, service.root), build: build() };
      await requireStage(built);
      await requireBuildPlaces(built);
    },
    baseImages: (source) => readBaseImages(service, repository, source, build()),
    foreignImageInputs: (source) => foreignImageInputs(service, repository, source),
    requireCommittedInputs: async () => {
      const links = refuseForeignLinks(service, repository);
      // What git hides is told first.
      links.catch(() => {});
      await Promise.all([refuseIgnoredInputs(service, repository), refuseHiddenDifferences(service, repository)]);
      await links;
    },
  };
}

/** The services of the workspace: the projects that have this plugin's target `release`. */
export function workspaceServices({
  projectGraph,
  nxJsonConfiguration,
}: Pick<ExecutorContext, 'projectGraph' | 'nxJsonConfiguration'>): WorkspaceMap {
  return new ClosureIndex(projectGraph, nxJsonConfiguration, distinctServicesIn(projectGraph));
}

/** The name in the workspace's package.json, or of its folder: Nx does without the file. */
export function workspaceName(root: string): string {
  try {
    const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name?: string };
    if (name !== undefined && name !== '') return name;
  } catch {
    // There is none, or it has a mistake, which concerns nothing here.
  }
  return basename(root);
}
