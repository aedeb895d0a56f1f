import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../processes/run-command.ts';
import type { PinnedNpmPackage } from '../versions.ts';
import { packageDiffers } from './package-differs.ts';

/**
 * Downloads one npm package and unpacks it; nothing of it is run.
 * @param folder the folder that its files are put into; it is made.
 * @param only the files to unpack, as the archive names them; all when omitted.
 * @throws Refusal when the registry has another package than the one that was pinned; nothing is unpacked then.
 */
export async function unpackNpmPackage(
  { specification, integrity }: PinnedNpmPackage,
  folder: string,
  signal: AbortSignal | undefined,
  only: readonly string[] = [],
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const pack = ['npm', 'pack', '--silent', '--ignore-scripts', `--pack-destination=${folder}`, specification];
  await runCommand(`download ${specification}`, pack, { signal, cwd: folder });
  const archive = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== integrity) throw packageDiffers(specification, [`Expected ${integrity}`, `Got ${found}`]);
  const options = ['--strip-components=1', '--no-same-owner'];
  const unpack = ['tar', '--extract', `--file=${archive}`, `--directory=${folder}`, ...options, ...only];
  await runCommand(`unpack ${specification}`, unpack, { signal });
  rmSync(archive);
}
