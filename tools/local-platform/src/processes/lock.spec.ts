import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from './lock.ts';

describe('withLock', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'lock-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('lets one work at a time', async () => {
    const path = join(folder, 'below', 'lock');
    const log: string[] = [];
    const waits: number[] = [];
    const work = (name: string) =>
      withLock(
        path,
        async () => {
          log.push(`${name} in`);
          await sleep(50);
          log.push(`${name} out`);
        },
        (holder) => waits.push(holder),
      );
    await Promise.all([work('a'), work('b')]);
    expect(log).toEqual(['a in', 'a out', 'b in', 'b out']);
    expect(waits).toEqual([process.pid]);
    expect(existsSync(path)).toBe(false);
  });

  it('is free again after a failure', async () => {
    const path = join(folder, 'lock');
    const failing = withLock(
      path,
      () => Promise.reject(new Error('broken')),
      () => {},
    );
    await expect(failing).rejects.toThrow('broken');
    expect(
      await withLock(
        path,
        () => Promise.resolve(7),
        () => {},
      ),
    ).toBe(7);
  });

  it.each([JSON.stringify({ pid: process.pid, startTime: 1 }), 'not JSON', ''])(
    'takes over a stale lock (%s)',
    async (text) => {
      const path = join(folder, 'lock');
      writeFileSync(path, text);
      expect(
        await withLock(
          path,
          () => Promise.resolve(7),
          () => {},
        ),
      ).toBe(7);
    },
  );
});
