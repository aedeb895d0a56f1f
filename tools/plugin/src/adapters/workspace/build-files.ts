import { parse as parseJsonc } from 'jsonc-parser';
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { buildContent } from '../../model/build/build-content.ts';
import type { FilesSource, SourceFiles } from '../../ports/repository/source-files.ts';
import type { Service } from './service.ts';

/** Files of a project in which its `build` block may be. */
const buildFiles = ['project.json', 'package.json'];

/** Reports whether a file may hold the `build` block of a service that has one. */
export function isBuildFile({ root, imageOptions }: Pick<Service, 'root' | 'imageOptions'>, path: string): boolean {
  return imageOptions['build'] !== undefined && buildFiles.some((file) => posix.join(root, file) === path);
}

/**
 * Returns those files of a service with what counts of them: all that they say, in whatever order, but for where layers are kept.
 * @param files its content, by path. @param isInput reports whether the named inputs take a file in; of others the block alone counts.
 * @returns undefined for a file that has no part in it.
 */
export async function buildFilesOf(
  service: Service,
  files: ReadonlyMap<string, string>,
  isInput: (path: string) => boolean,
  { repository, source }: { repository: Pick<SourceFiles, 'texts' | 'workingTreeTexts'>; source: FilesSource },
): Promise<Map<string, string | undefined>> {
  const paths = [...files.keys()].filter((path) => isBuildFile(service, path));
  const found = await Promise.all(
    paths.map(async (path): Promise<[string, string | undefined]> => {
      const texts = await (source === 'working-tree'
        ? repository.workingTreeTexts(path)
        : repository.texts(source.commit, path));
      // Nx tells what is wrong in it.
      const content = buildContent(parseJsonc((texts.get(path) ?? '').replace(/^\uFEFF/, '')));
      if (isInput(path)) return [path, content ? `project:${sha256(content.whole)}` : files.get(path)];
      return [path, content?.block === undefined ? undefined : `build:${sha256(content.block)}`];
    }),
  );
  return new Map(found);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
