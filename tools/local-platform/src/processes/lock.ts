import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProcess, isRunning, type ProcessIdentity } from './process-identity.ts';

/**
 * Runs `work` while no other process holds the same lock. A lock whose holder has ended is taken over.
 * @param onWait called once, with the holder's pid, when another process holds the lock.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, onWait: (holder: number) => void): Promise<T> {
  const me = findProcess(process.pid);
  if (me === undefined) throw new Error('this process is not in /proc');
  const mine = JSON.stringify({ pid: me.pid, startTime: me.startTime });
  mkdirSync(dirname(path), { recursive: true });
  // Written elsewhere and linked into place, so that no reader sees half a lock.
  const staging = `${path}.${process.pid}`;
  let waited = false;
  try {
    while (!tryTake(path, staging, mine)) {
      const holder = holderOf(path);
      if (holder !== undefined && !waited) onWait(holder.pid);
      waited = true;
      await sleep(200);
    }
    return await work();
  } finally {
    if (readQuietly(path) === mine) rmSync(path, { force: true });
  }
}

function tryTake(path: string, staging: string, mine: string): boolean {
  const found = readQuietly(path);
  if (found !== undefined) {
    if (isRunning(parse(found))) return false;
    removeStale(path, staging, found);
  }
  writeFileSync(staging, mine);
  try {
    linkSync(staging, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(staging, { force: true });
  }
}

/** Removes a lock whose holder has ended; puts it back when it is another one by now. */
function removeStale(path: string, staging: string, stale: string): void {
  try {
    renameSync(path, `${staging}.stale`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readQuietly(`${staging}.stale`) === stale) rmSync(`${staging}.stale`);
  else renameSync(`${staging}.stale`, path);
}

function holderOf(path: string): ProcessIdentity | undefined {
  const text = readQuietly(path);
  return text === undefined ? undefined : parse(text);
}

function parse(text: string): ProcessIdentity {
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    return { pid: 0, startTime: 0 };
  }
}

function readQuietly(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
