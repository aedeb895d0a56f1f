import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning } from '../processes/process-identity.ts';
import type { Folders } from '../storage/folders.ts';
import { componentRecords, endProcess, ensureComponent, restartComponent, type Component } from './component.ts';

const root = mkdtempSync(join(tmpdir(), 'poc component '));
const folders = { state: root, logs: join(root, 'logs') } as Folders;
const component: Component = {
  name: 'sleeper',
  argv: ['sleep', '60'],
  listens: [],
  isHealthy: async () => componentRecords(folders).some(isRunning),
};
const running = () => componentRecords(folders).filter(isRunning);

afterEach(async () => {
  for (const record of running()) await endProcess(record, 0);
});
afterAll(() => rmSync(root, { recursive: true }));

it('restarts a component, which is away for as long as it is told to be', async () => {
  await ensureComponent(folders, component);
  const [before] = running();
  expect(await restartComponent(folders, component, 300)).toBeGreaterThanOrEqual(300);
  const [after, ...others] = running();
  expect(others).toEqual([]);
  expect(after?.pid).not.toBe(before?.pid);
  expect(isRunning(before!)).toBe(false);
});

it('leaves processes alone that are not of this platform', async () => {
  await expect(restartComponent(folders, { ...component, name: 'stranger' }, 0)).rejects.toThrow(
    'stranger is no process of this platform',
  );
});
