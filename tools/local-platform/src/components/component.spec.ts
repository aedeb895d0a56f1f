import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

it('starts a component anew when a file that it reads has changed, and leaves it alone otherwise', async () => {
  const settings = join(root, 'settings');
  const reading: Component = { ...component, name: 'reader', reads: [settings] };
  const pid = () => componentRecords(folders).find(({ name }) => name === 'reader')?.pid;
  writeFileSync(settings, 'one');
  await ensureComponent(folders, component);
  expect(await ensureComponent(folders, reading)).toBe(true);
  const before = pid();
  expect(await ensureComponent(folders, reading)).toBe(false);
  expect(pid()).toBe(before);
  writeFileSync(settings, 'two');
  expect(await ensureComponent(folders, reading)).toBe(true);
  expect(pid()).not.toBe(before);
});

it('starts a component anew that an older version started, which noted nothing of what it read', async () => {
  await ensureComponent(folders, { ...component, name: 'older' });
  expect(await ensureComponent(folders, { ...component, name: 'older', reads: [join(root, 'nothing')] })).toBe(true);
});

it('leaves processes alone that are not of this platform', async () => {
  await expect(restartComponent(folders, { ...component, name: 'stranger' }, 0)).rejects.toThrow(
    'stranger is no process of this platform',
  );
});
