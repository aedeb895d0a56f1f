import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isInterrupted } from '../../graph/task-hooks/interruption-mark.ts';
import { batchOf } from './batch.ts';
import { taskResult, type Task } from './task.ts';

const root = mkdtempSync(join(tmpdir(), 'batch-'));
afterAll(() => rmSync(root, { recursive: true }));

const projects = ['a', 'b', 'c', 'd', 'e', 'f'];
const tasks = Object.fromEntries(
  projects.map((project) => [
    `${project}:release`,
    { id: `${project}:release`, target: { project, target: 'release' } },
  ]),
);
const context = {
  root,
  isVerbose: false,
  nxJsonConfiguration: {},
  projectGraph: { nodes: {} },
} as unknown as ExecutorContext;

it('begins nothing more when it is asked to stop, and says so for each project', async () => {
  const begun: string[] = [];
  const task: Task = (project, _options, { signal }) => {
    begun.push(project);
    return taskResult({ deploys: true }, async () => {
      if (project === 'a') {
        await pause(20);
        process.emit('SIGTERM', 'SIGTERM');
      } else await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      signal.throwIfAborted();
      return [];
    });
  };
  const results: Record<string, string> = {};
  const disconnect = process.disconnect?.bind(process);
  process.disconnect = () => {};
  for await (const { task: id, result } of batchOf(task)({ tasks } as unknown as TaskGraph, {}, {}, context)) {
    expect(result.success).toBe(false);
    results[id] = result.terminalOutput;
  }
  await pause(10);
  process.disconnect = disconnect;
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  expect(Object.keys(results).sort()).toEqual(Object.keys(tasks));
  expect(Object.values(results).every(isInterrupted)).toBe(true);
  expect(results['f:release']).toContain('It was interrupted (SIGTERM). Nothing was done for it.');
});

it('lets many services hear a request to stop, which Node would take for a leak', async () => {
  const limits: unknown[] = [];
  const task: Task = (_project, _options, { signal }) => {
    // Not events.getMaxListeners: to Jest's own `events`, a signal is no EventTarget.
    const symbols = Object.getOwnPropertySymbols(signal);
    limits.push(
      Reflect.get(
        signal,
        symbols.find(({ description }) => description === 'events.maxEventTargetListeners')!,
      ),
    );
    return taskResult({ deploys: true }, async () => []);
  };
  const disconnect = process.disconnect?.bind(process);
  process.disconnect = () => {};
  const results = batchOf(task)({ tasks } as unknown as TaskGraph, {}, {}, context);
  for await (const { result } of results) expect(result.success).toBe(true);
  await pause(10);
  process.disconnect = disconnect;
  expect(limits).toEqual(projects.map(() => 0));
});
