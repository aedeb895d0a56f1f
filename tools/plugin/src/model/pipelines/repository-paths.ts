import type { PipelineFacts, PipelineVersion } from './pipeline-facts.ts';

/** Returns a path of a workspace as its repository has it: a CI knows no other. `./` is the workspace's folder itself. */
export function pathInRepository({ folder }: Pick<PipelineFacts, 'folder'>, path: string): string {
  if (folder === '') return path;
  return path === './' ? `${folder}/` : `${folder}/${path}`;
}

/** Returns the facts with all paths from the repository's root on. */
export function inRepository(facts: PipelineFacts): PipelineFacts {
  if (facts.folder === '') return facts;
  const inIt = (path: string) => pathInRepository(facts, path);
  const optional = (path: string | undefined) => (path === undefined ? undefined : inIt(path));
  const version = ({ version: number, file }: PipelineVersion) => ({ version: number, file: optional(file) });
  return {
    ...facts,
    services: facts.services.map((service) => ({
      ...service,
      root: inIt(service.root),
      paths: service.paths.map(inIt),
      foreignPaths: service.foreignPaths.map(inIt),
      variables: optional(service.variables),
      api: optional(service.api),
    })),
    node: version(facts.node),
    packageManager: { ...facts.packageManager, lockFile: inIt(facts.packageManager.lockFile) },
    toolchains: facts.toolchains.map((toolchain) => ({
      ...toolchain,
      versions: toolchain.versions.map(version),
      lockFiles: toolchain.lockFiles.map(inIt),
    })),
  };
}
