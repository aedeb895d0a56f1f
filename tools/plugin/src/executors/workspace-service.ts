import type { ExecutorContext } from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ServiceSource } from '../release/ports/service-source.ts';
import type { SourceRepository } from '../release/ports/source-repository.ts';
import { contentFilter, contentFolders, contentHash } from '../workspace/content.ts';
import { refuseIgnoredInputs } from '../workspace/ignored-inputs.ts';
import { serviceIn } from '../workspace/service.ts';

/** A service of the workspace as the use cases see it. @throws {Refusal} when there is no such project. */
export function workspaceService(
  name: string,
  { root, projectGraph, nxJsonConfiguration }: Pick<ExecutorContext, 'root' | 'projectGraph' | 'nxJsonConfiguration'>,
  repository: SourceRepository,
): ServiceSource {
  const service = serviceIn(projectGraph, nxJsonConfiguration, name);
  return {
    name,
    root: service.root,
    partOf: workspaceName(root),
    folder: join(root, service.root),
    inputFolders: contentFolders(service),
    isContent: contentFilter(service),
    packages: service.directPackages,
    contentHash: (source) => contentHash(service, repository, source),
    refuseIgnoredInputs: () => refuseIgnoredInputs(service, repository),
  };
}

/** The name in the workspace's package.json, or of its folder. */
function workspaceName(root: string): string {
  const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name?: string };
  return name ?? basename(root);
}
