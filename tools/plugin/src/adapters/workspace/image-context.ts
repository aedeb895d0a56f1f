import dockerignore from '@balena/dockerignore';
import { Minimatch } from 'minimatch';
import { posix } from 'node:path';
import { nodeLockfiles } from '../../model/changes/dependencies/npm/node-dependencies.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { isRootSetting } from '../../model/content/root-settings.ts';
import { contextSources, type ContextSource } from '../../model/image/dockerfile.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import { contentFilter, type ContentSource } from './content.ts';
import { ownerIn } from './owner-in.ts';
import type { Service } from './service.ts';

/** Files that one warning names. */
const mostShown = 3;

/**
 * Returns the folder that the image of a service is built from, relative to the workspace's root: its own, unless the option
 * `context` of its target `docker-release` says another one.
 * @throws {Refusal} when that leads out of the workspace.
 */
export function imageContext({ name, root, context }: Pick<Service, 'name' | 'root' | 'context'>): string {
  if (context === undefined) return root;
  const folder = posix.join(context, '.').replace(/(?<=.)\/$/, '');
  if (folder !== '..' && !folder.startsWith('../') && !posix.isAbsolute(folder)) return folder;
  throw new Refusal({
    type: 'bad-build-context',
    doing: `build the image of ${name}`,
    reason: `The build context ${context} of its target docker-release leads out of the workspace.`,
    remedy: `Write \`context\` in ${posix.join(root, 'project.json')} relative to the workspace's root: \`.\` is all of it.`,
  });
}

/** The files that `docker build` sends of the context, and those that the Dockerfile takes of them. */
export interface ContextFiles {
  /** Where it says what is not sent, relative to the workspace's root. */
  readonly ignoreFile: string;
  /** Reports whether a file or folder is sent. @param path relative to the workspace's root. */
  isSent(path: string): boolean;
  /** Returns the first instruction that takes a file, or something in a folder. */
  takenBy(path: string): ContextSource | undefined;
}

/** Reads the Dockerfile of a service, and what says which files are not sent. */
export async function readContext(
  service: Service,
  repository: Pick<SourceFiles, 'texts' | 'workingTreeTexts'>,
  source: ContentSource,
): Promise<ContextFiles> {
  const context = imageContext(service);
  const dockerfile = posix.join(service.root, 'Dockerfile');
  const [besides, ofContext] = [`${dockerfile}.dockerignore`, posix.join(context, '.dockerignore')];
  const files = [dockerfile, besides, ofContext];
  const read = async (file: string) => [
    ...(await (source === 'working-tree' ? repository.workingTreeTexts(file) : repository.texts(source.commit, file))),
  ];
  const texts = new Map((await Promise.all(files.map(read))).flat());
  // One beside the Dockerfile is instead of that of the context.
  const ignoreFile = texts.has(besides) ? besides : ofContext;
  const rules = dockerignore.default().add(texts.get(ignoreFile) ?? '');
  const sources = contextSources(texts.get(dockerfile) ?? '').map((each) => ({ ...each, takes: matcher(each.path) }));
  const inContext = (path: string) => {
    if (context === '.') return path.replace(/\/$/, '');
    return path.startsWith(`${context}/`) ? path.slice(context.length + 1).replace(/\/$/, '') : undefined;
  };
  return {
    ignoreFile,
    isSent(path) {
      const sent = inContext(path);
      return sent !== undefined && !rules.ignores(sent);
    },
    takenBy(path) {
      const sent = inContext(path);
      return sent === undefined ? undefined : sources.find(({ takes }) => takes(sent, path.endsWith('/')));
    },
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
  repository: Pick<SourceFiles, 'texts' | 'workingTreeTexts' | 'blobs' | 'workingTreeBlobs'>,
  source: ContentSource,
): Promise<string[]> {
  const context = imageContext(service);
  if (context === service.root) return [];
  const [files, blobs] = await Promise.all([
    readContext(service, repository, source),
    source === 'working-tree' ? repository.workingTreeBlobs([context]) : repository.blobs(source.commit, [context]),
  ]);
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
  { line, instruction, path }: ContextSource,
  paths: readonly string[],
  { name, root }: Service,
  { ignoreFile }: ContextFiles,
): string {
  const shown = paths.slice(0, mostShown).join(', ');
  const more = paths.length > mostShown ? ` and ${paths.length - mostShown} more` : '';
  return (
    `${posix.join(root, 'Dockerfile')}:${line}: ${instruction} ${path} takes ${shown}${more}, which ${paths.length === 1 ? 'is' : 'are'} no content of ${name}: ` +
    `a change there releases nothing. Take less, exclude it in ${ignoreFile}, or make it content: ` +
    `a project by \`implicitDependencies\`, a file by \`namedInputs\` in ${posix.join(root, 'project.json')}.`
  );
}
