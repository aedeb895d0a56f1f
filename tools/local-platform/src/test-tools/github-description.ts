import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../processes/run-command.ts';
import { inWorkFolder } from '../storage/work-folder.ts';
import type { BuildContext } from '../tools/binaries.ts';
import { gitHubDescriptionIntegrity, gitHubDescriptionPackage } from '../versions.ts';

const wanted = 'package/generated/api.github.com.json';

/**
 * Downloads GitHub's own OpenAPI description of its API, unless that was done before. The npm package has it in sixteen
 * versions, 385 MB unpacked, so it is no dependency that everybody installs: one file of it is kept.
 * @returns the file's path.
 */
export async function fetchGitHubDescription(target: string, { output, signal }: BuildContext): Promise<string> {
  const file = join(target, `${gitHubDescriptionPackage.replaceAll(/[@/]+/g, '-').replace(/^-/, '')}.json`);
  if (existsSync(file)) return file;
  output.say(`downloading ${gitHubDescriptionPackage}`);
  await inWorkFolder(target, async (staging) => {
    const pack = ['npm', 'pack', '--silent', `--pack-destination=${staging}`, gitHubDescriptionPackage];
    await runCommand(`download ${gitHubDescriptionPackage}`, pack, { signal, cwd: staging });
    const archive = join(staging, readdirSync(staging).find((name) => name.endsWith('.tgz')) ?? '');
    const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (integrity !== gitHubDescriptionIntegrity)
      throw new Error(`${gitHubDescriptionPackage} has an unexpected integrity: ${integrity}`);
    const unpack = ['tar', '--extract', `--file=${archive}`, `--directory=${staging}`, '--no-same-owner', wanted];
    await runCommand(`unpack ${gitHubDescriptionPackage}`, unpack, { signal });
    renameSync(join(staging, wanted), file);
  });
  return file;
}
