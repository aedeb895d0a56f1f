import dockerignore from '@balena/dockerignore';
import { Minimatch } from 'minimatch';
import { posix } from 'node:path';
import { nodeLockfiles } from '../../model/changes/dependencies/npm/node-dependencies.ts';
import { isImageContext } from '../../model/build/read-source.ts';
import { isRootSetting } from '../../model/content/root-settings.ts';
import { contextSources, type ContextSource } from '../../model/image/dockerfile.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import { contentFilter, type ContentSource } from './content.ts';
import { ownerIn } from './owner-in.ts';
import { serviceBuild } from './service-build.ts';
import type { Service } from './service.ts';

/** Files that one warning names. */
const mostShown = 3;

/** The files of one context that an engine gets, and those that the Dockerfile takes of them. */
export interface ContextFiles {
  /** The folder, relative to the workspace's root. */
  readonly folder: string;
  /** Where it says what is not sent, relative to the workspace's root. */
  readonly ignoreFile: string;
  /** Reports whether a file or folder is sent. @param path relative to the workspace's root. */
  isSent(path: string): boolean;
  /** Returns the first instruction that takes a file, or something in a folder. */
  takenBy(path: string): ContextSource | undefined;
}

/** Where a service's files are read. */
type Texts = Pick<SourceFiles, 'texts' | 'workingTreeTexts'>;

/**
 * Reads the Dockerfile of a service, and what says which files are not sent.
 * @returns the context first, then the additional ones that are folders.
 */
export async function readContexts(
  service: Service,
  repository: Texts,
  source: ContentSource,
): Promise<ContextFiles[]> {
  const { context, contexts } = serviceBuild(service);
  const folders = Object.entries(contexts).filter(([, folder]) => !isImageContext(folder));
  const dockerfile = posix.join(service.root, 'Dockerfile');
  const besides = `${dockerfile}.dockerignore`;
  const ignoreFileIn = (folder: string) => posix.join(folder, '.dockerignore');
  const files = [dockerfile, besides, ...[context, ...folders.map(([, folder]) => folder)].map(ignoreFileIn)];
  const read = async (file: string) => [
    ...(await (source === 'working-tree' ? repository.workingTreeTexts(file) : repository.texts(source.commit, file))),
  ];
  const texts = new Map((await Promise.all(files.map(read))).flat());
  const sources = contextSources(texts.get(dockerfile) ?? '');
  const filesOf = (folder: string, ignoreFile: string, name?: string): ContextFiles =>
    contextFiles(
      folder,
      { ignoreFile, rules: texts.get(ignoreFile) ?? '' },
      sources.filter(({ from }) => from === name),
    );
  return [
    // A file beside the Dockerfile is instead of that of the context.
    filesOf(context, texts.has(besides) ? besides : ignoreFileIn(context)),
    ...folders.map(([name, folder]) => filesOf(folder, ignoreFileIn(folder), name)),
  ];
}

function contextFiles(
  folder: string,
  { ignoreFile, rules }: { readonly ignoreFile: string; readonly rules: string },
  sources: readonly ContextSource[],
): ContextFiles {
  const ignored = dockerignore.default().add(rules);
  const matchers = sources.map((each) => ({ ...each, takes: matcher(each.path) }));
  const inContext = (path: string) => {
    if (folder === '.') return path.replace(/\/$/, '');
    return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).replace(/\/$/, '') : undefined;
  };
  return {
    folder,
    ignoreFile,
    isSent(path) {
      const sent = inContext(path);
      return sent !== undefined && !ignored.ignores(sent);
    },
    takenBy(path) {
      const sent = inContext(path);
      return sent === undefined ? undefined : matchers.find(({ takes }) => takes(sent, path.endsWith('/')));
    },
  };
}

/** Returns the folders of a service's contexts, the build's own first; relative to the workspace's root. */
export function contextFolders(service: Service): string[] {
  const { context, contexts } = serviceBuild(service);
  return [context, ...Object.values(contexts).filter((each) => !isImageContext(each))];
}

/**
 * Returns a test for what the image may be made of, as it lies on the disk: in a context that is the service's own folder all that
 * is sent; in another one what the Dockerfile takes of it.
 */
export async function imageInputs(service: Service, repository: Texts): Promise<(path: string) => boolean> {
  const [own, ...others] = await readContexts(service, repository, 'working-tree');
  const isTaken = (files: ContextFiles, path: string) => files.isSent(path) && files.takenBy(path) !== undefined;
  return (path) => {
    if (own!.folder === service.root ? own!.isSent(path) : isTaken(own!, path)) return true;
    return others.some((files) => isTaken(files, path));
  };
}

/** A folder is taken with all that is in it. */
function matcher(source: string): (path: string, isFolder: boolean) => boolean {
  if (source === '.') return () => true;
  const [whole, inside] = [source, `${source}/**`].map(
    (glob) => new Minimatch(glob, { dot: true, nocomment: true, nonegate: true }),
  );
  return (path, isFolder) =>
    whole!.match(path) ||
    inside!.match(path) ||
    (isFolder && (source.startsWith(`${path}/`) || whole!.match(path, true)));
}

/**
 * Returns warnings on files that the image is built from, though a change of them releases nothing: those of projects that
 * the service does not depend on, and those of no project that no named input takes in. Its own folder, as the context, has
 * none of them.
 */
export async function foreignImageInputs(
  service: Service,
  repository: Texts & Pick<SourceFiles, 'blobs' | 'workingTreeBlobs'>,
  source: ContentSource,
): Promise<string[]> {
  if (contextFolders(service).every((folder) => folder === service.root)) return [];
  const read = await readContexts(service, repository, source);
  // Its own folder, as the context, has none.
  const foreign = read.filter(({ folder }) => folder !== service.root);
  const found = await Promise.all(foreign.map((files) => foreignInputsOf(files, service, { repository, source })));
  return found.flat();
}

async function foreignInputsOf(
  files: ContextFiles,
  service: Service,
  { repository, source }: { repository: Pick<SourceFiles, 'blobs' | 'workingTreeBlobs'>; source: ContentSource },
): Promise<string[]> {
  const folders = [files.folder];
  const blobs = await (source === 'working-tree'
    ? repository.workingTreeBlobs(folders)
    : repository.blobs(source.commit, folders));
  const [isContent, owner] = [contentFilter(service), ownerIn(service)];
  const found = new Map<ContextSource, string[]>();
  for (const path of blobs.keys()) {
    // Lock files and settings of the workspace count by what they say of the service; tests of its projects are known not to count.
    if (isContent(path) || nodeLockfiles.includes(path) || isRootSetting(path)) continue;
    if (path === files.ignoreFile || owner(path)) continue;
    const taken = files.isSent(path) ? files.takenBy(path) : undefined;
    if (taken !== undefined) found.set(taken, [...(found.get(taken) ?? []), path]);
  }
  return [...found].map(([taken, paths]) => describe(taken, paths, service, files));
}

function describe(
  { line, instruction, path, from }: ContextSource,
  paths: readonly string[],
  { name, root }: Service,
  { ignoreFile }: ContextFiles,
): string {
  const shown = paths.slice(0, mostShown).join(', ');
  const more = paths.length > mostShown ? ` and ${paths.length - mostShown} more` : '';
  return (
    `${posix.join(root, 'Dockerfile')}:${line}: ${instruction} ${from === undefined ? '' : `of ${from} `}${path} takes ${shown}${more}, which ${paths.length === 1 ? 'is' : 'are'} no content of ${name}: ` +
    `a change there releases nothing. Take less, exclude it in ${ignoreFile}, or make it content: ` +
    `a project by \`implicitDependencies\`, a file by \`namedInputs\` in ${posix.join(root, 'project.json')}.`
  );
}
