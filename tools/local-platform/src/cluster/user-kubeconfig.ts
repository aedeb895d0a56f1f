import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import { withEntry, withoutEntry, type KubeconfigEntry } from './kubeconfig.ts';

/** The kubeconfig file that kubectl writes to. */
export function userKubeconfig(environment: NodeJS.ProcessEnv = process.env): string {
  const [first] = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  return first ?? join(environment['HOME'] || homedir(), '.kube', 'config');
}

/** Puts an entry into the user's kubeconfig file; which context is current does not change. */
export async function addToUserKubeconfig(entry: KubeconfigEntry, path = userKubeconfig()): Promise<void> {
  await rewrite(path, (text) => withEntry(text, entry));
}

/** Takes the entry out again. A file with nothing left in it goes away. */
export async function removeFromUserKubeconfig(name: string, path = userKubeconfig()): Promise<void> {
  if (existsSync(path)) await rewrite(path, (text) => withoutEntry(text, name));
}

async function rewrite(path: string, change: (text: string) => string | undefined): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = existsSync(path) ? realpathSync(path) : path;
  const unlock = await lockLikeKubectl(`${file}.lock`);
  try {
    const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
    let after: string | undefined;
    try {
      after = change(before);
    } catch (cause) {
      throw new Refusal({
        type: 'kubeconfig-unreadable',
        doing: `write the context to ${path}`,
        reason: `The file is not valid YAML: ${(cause as Error).message.split('\n')[0]}`,
        remedy: 'Fix it, or name another file in KUBECONFIG, and run the same command again.',
        cause,
      });
    }
    if (after === before) return;
    if (after === undefined) return rmSync(file, { force: true });
    writeFileSync(`${file}.poc`, after, { mode: 0o600 });
    renameSync(`${file}.poc`, file);
  } finally {
    unlock();
  }
}

/** kubectl and kind take this file while they write. One that stays is somebody's leftover. */
async function lockLikeKubectl(path: string): Promise<() => void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    try {
      closeSync(openSync(path, 'wx'));
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      await sleep(100);
    }
  }
  return () => {};
}
