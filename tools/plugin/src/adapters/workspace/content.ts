import { hashContent, type Content } from '../../model/content/content-hash.ts';
import { isManifestFile, manifestFoldersOf } from '../../model/manifests/rendering/manifest-files.ts';
import type { ContentHash } from '../../model/release/release.ts';
import type { FilesSource, SourceFiles } from '../../ports/repository/source-files.ts';
import { isRootSetting, rootSettings } from '../../model/content/root-settings.ts';
import { buildFilesOf, isBuildFile } from './build-files.ts';
import { isInside, ownerIn } from './owner-in.ts';
import type { Service } from './service.ts';
import { settingsOf } from './settings.ts';

/** Where content is taken from. */
export type ContentSource = FilesSource;

/** The part of a repository that content is read from. */
type Files = Pick<SourceFiles, 'blobs' | 'workingTreeBlobs' | 'linkTargets' | 'texts' | 'workingTreeTexts'>;

/**
 * Hash of everything that makes the service's image and manifests what they are: the files of its dependency closure
 * that the named input `production` takes in, its Dockerfile and manifests whatever that says, its resolved npm packages, and
 * what files at the workspace's root, and its block `build`, say of how it is built. Of a symbolic link, what it leads to counts as well.
 */
export async function contentHash(service: Service, repository: Files, source: ContentSource): Promise<ContentHash> {
  return hashContent(await contentOf(service, repository, source));
}

/** The content itself, to tell what of it changed. */
export async function contentOf(service: Service, repository: Files, source: ContentSource): Promise<Content> {
  const folders = [...new Set([...contentFolders(service), ...rootSettings])];
  const blobs =
    source === 'working-tree'
      ? await repository.workingTreeBlobs(folders)
      : await repository.blobs(source.commit, folders);
  const counts = contentFilter(service);
  const files = new Map([...blobs].filter(([path, name]) => counts(path) || isLinkToManifests(service, path, name)));
  const links = linksAmong(files);
  if (links.length > 0) {
    for (const target of (await repository.linkTargets(source, links)).values())
      for (const [path, name] of target.files) files.set(path, name);
  }
  const ofBuild = await buildFilesOf(service, files, isInput(service), { repository, source });
  for (const [path, digest] of ofBuild)
    if (digest === undefined) files.delete(path);
    else files.set(path, digest);
  const settings = [...blobs].filter(([path]) => isRootSetting(path) && !files.has(path));
  for (const [path, digest] of await settingsOf(service, { settings, files }, { repository, source }))
    files.set(path, digest);
  return { files, packages: service.packages };
}

/** Returns the paths of symbolic links. @param blobs by path. */
export function linksAmong(blobs: ReadonlyMap<string, string>): string[] {
  return [...blobs].flatMap(([path, name]) => (name.endsWith('+link') ? [path] : []));
}

/** Reports whether a link stands for a folder of manifests, or may. */
function isLinkToManifests({ root }: Service, path: string, name: string): boolean {
  return name.endsWith('+link') && manifestFoldersOf(root).some((folder) => isInside(folder, path));
}

/** Folders (and single files), relative to the workspace's root, outside which there is no content of the service. */
export function contentFolders(service: Service): string[] {
  const folders = service.closure.flatMap(({ root, filter }) => [root, ...filter.workspaceFolders]);
  return folders.includes('.') ? ['.'] : [...new Set(folders)];
}

/** Returns a test for the files that are the service's content. Paths are relative to the workspace's root. */
export function contentFilter(service: Service): (path: string) => boolean {
  const isTaken = isInput(service);
  return (path) => isDeployed(service, path) || isBuildFile(service, path) || isTaken(path);
}

/** Returns a test for the files that named inputs take in. */
function isInput(service: Service): (path: string) => boolean {
  const owner = ownerIn(service);
  return (path) => {
    if (owner(path)?.filter.ofProject(path)) return true;
    return service.closure.some(({ filter }) => filter.ofWorkspace(path));
  };
}

/** Reports whether a file counts whatever the named input says: the image's recipe, and what the cluster is given. */
export function isDeployed({ root }: Pick<Service, 'root'>, path: string): boolean {
  if (!isInside(root, path)) return false;
  const inService = root === '.' ? path : path.slice(root.length + 1);
  return recipes.includes(inService) || isManifestFile(root, path);
}

/** Files that say what the image is made of. */
const recipes = ['Dockerfile', '.dockerignore', 'Dockerfile.dockerignore'];
