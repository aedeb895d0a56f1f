import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandFailure, runCommand, tryCommand } from '../processes/run-command.ts';
import type { PinnedWheel } from '../versions.ts';
import { packageDiffers } from './package-differs.ts';

/**
 * Downloads one Python package and unpacks it; Python is not asked to run any of it.
 * @param folder an empty folder for the download.
 * @returns the folder that it is unpacked into.
 * @throws Refusal when the index has another package than the one that was pinned; nothing is unpacked then.
 */
export async function unpackWheel(
  { name, version, sha256 }: PinnedWheel,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const specification = `${name}==${version}`;
  const requirements = join(folder, 'requirements.txt');
  writeFileSync(requirements, `${[specification, ...sha256.map((hash) => `--hash=sha256:${hash}`)].join(' ')}\n`);
  const options = ['--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes', `--dest=${folder}`];
  const argv = ['python3', '-m', 'pip', 'download', ...options, `--requirement=${requirements}`];
  const doing = `download ${specification}`;
  const result = await tryCommand(argv, { signal });
  // pip has no exit code of its own for it.
  if (result.code !== 0 && result.lastLines.some((line) => line.includes('DO NOT MATCH THE HASHES')))
    throw packageDiffers(specification, result.lastLines);
  if (result.code !== 0) throw commandFailure(doing, argv, result);
  const [file = ''] = readdirSync(folder).filter((entry) => entry.endsWith('.whl'));
  const unpacked = join(folder, 'unpacked');
  const unpack = ['python3', '-m', 'zipfile', '-e', join(folder, file), unpacked];
  await runCommand(`unpack ${specification}`, unpack, { signal });
  return unpacked;
}
