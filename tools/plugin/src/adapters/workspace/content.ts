import { hashContent, type Content } from '../../model/release/content-hash.ts';
import type { ContentHash } from '../../model/release/release.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { ClosureProject, Service } from './service.ts';

/** Where content is taken from: a commit's full name, or the files as they lie on the disk. */
export type ContentSource = { readonly commit: string } | 'working-tree';

/**
 * Hash of everything that makes the service's image and manifests what they are: the files of its dependency closure
 * that the named input `production` takes in, its Dockerfile and manifests whatever that says, and its resolved npm
 * packages.
 */
export async function contentHash(
  service: Service,
  repository: Pick<SourceFiles, 'blobs' | 'workingTreeBlobs'>,
  source: ContentSource,
): Promise<ContentHash> {
  return hashContent(await contentOf(service, repository, source));
}

/** The content itself, to tell what of it changed. */
export async function contentOf(
  service: Service,
  repository: Pick<SourceFiles, 'blobs' | 'workingTreeBlobs'>,
  source: ContentSource,
): Promise<Content> {
  const folders = contentFolders(service);
  const blobs =
    source === 'working-tree'
      ? await repository.workingTreeBlobs(folders)
      : await repository.blobs(source.commit, folders);
  const counts = contentFilter(service);
  return { files: new Map([...blobs].filter(([path]) => counts(path))), packages: service.packages };
}

/** Folders (and single files), relative to the workspace's root, outside which there is no content of the service. */
export function contentFolders(service: Service): string[] {
  const folders = service.closure.flatMap(({ root, filter }) => [root, ...filter.workspaceFolders]);
  return folders.includes('.') ? ['.'] : [...new Set(folders)];
}

/** Returns a test for the files that are the service's content. Paths are relative to the workspace's root. */
export function contentFilter(service: Service): (path: string) => boolean {
  const owner = ownerIn(service);
  return (path) => {
    if (isDeployed(service, path)) return true;
    if (owner(path)?.filter.ofProject(path)) return true;
    return service.closure.some(({ filter }) => filter.ofWorkspace(path));
  };
}

/** Returns a function that finds the project of a service's closure which a file is of; undefined for any other. */
export function ownerIn(service: Service): (path: string) => ClosureProject | undefined {
  const roots = [
    ...service.closure.map((project) => ({ root: project.root, project })),
    ...service.foreignRoots.map((root) => ({ root, project: undefined })),
  ].sort((a, b) => depth(b.root) - depth(a.root));
  // As in Nx, a file is of the project whose root is nearest above it.
  return (path) => roots.find(({ root }) => isInside(root, path))?.project;
}

/** Reports whether a file counts whatever the named input says: the image's recipe, and what the cluster is given. */
export function isDeployed({ root }: Pick<Service, 'root'>, path: string): boolean {
  if (!isInside(root, path)) return false;
  const inService = root === '.' ? path : path.slice(root.length + 1);
  return recipes.includes(inService) || /^k8s\/.*\.ya?ml$/s.test(inService);
}

/** Files that say what the image is made of. */
const recipes = ['Dockerfile', '.dockerignore', 'Dockerfile.dockerignore'];

function isInside(root: string, path: string): boolean {
  return root === '.' || path.startsWith(`${root}/`);
}

function depth(root: string): number {
  return root === '.' ? 0 : root.split('/').length;
}
