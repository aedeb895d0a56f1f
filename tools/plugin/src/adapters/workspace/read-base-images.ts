import { posix } from 'node:path';
import { baseImages, type BaseImages, type BuildInputs } from '../../model/image/base-images.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { ContentSource } from './content.ts';
import type { Service } from './service.ts';

/** Returns the images that a service's own is built from, as a Dockerfile that is not there has none. */
export async function readBaseImages(
  { root }: Pick<Service, 'root'>,
  repository: Pick<SourceFiles, 'texts' | 'workingTreeTexts'>,
  source: ContentSource,
  build: BuildInputs,
): Promise<BaseImages> {
  const path = posix.join(root, 'Dockerfile');
  const texts = source === 'working-tree' ? repository.workingTreeTexts(path) : repository.texts(source.commit, path);
  return baseImages((await texts).get(path) ?? '', build);
}
