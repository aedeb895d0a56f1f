import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { inWorkFolder } from '../storage/work-folder.ts';
import type { BuildContext } from '../tools/binaries.ts';
import { unpackNpmPackage } from '../tools/npm-package.ts';
import { gitHubDescriptionPackage } from '../versions.ts';

const wanted = 'generated/api.github.com.json';

/**
 * Downloads GitHub's own OpenAPI description of its API, unless that was done before. The npm package has it in sixteen
 * versions, 385 MB unpacked, so it is no dependency that everybody installs: one file of it is kept.
 * @returns the file's path.
 */
export async function fetchGitHubDescription(target: string, { output, signal }: BuildContext): Promise<string> {
  const { specification } = gitHubDescriptionPackage;
  const file = join(target, `${specification.replaceAll(/[@/]+/g, '-').replace(/^-/, '')}.json`);
  if (existsSync(file)) return file;
  output.say(`downloading ${specification}`);
  await inWorkFolder(target, async (staging) => {
    await unpackNpmPackage(gitHubDescriptionPackage, staging, signal, [`package/${wanted}`]);
    renameSync(join(staging, wanted), file);
  });
  return file;
}
