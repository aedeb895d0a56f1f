import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import type { RunLog } from '../output/ci/run-log.ts';
import { writeFileSync } from 'node:fs';
import { exitCodeVariable } from '../../graph/task-hooks/terminal-variables.ts';
import { isRefusal } from '../../graph/task-hooks/refusal-mark.ts';
import { interruptedWhile } from '../../../model/errors/interruption.ts';
import type { ProductError } from '../../../model/errors/product-error.ts';
import { disconnectWhenSent } from './connections/disconnect-when-sent.ts';
import type { RawOptions } from '../options/options.ts';
import { sharedRun, type SharedRun } from './run-context.ts';
import { startStopCanary } from './stop-canary.ts';
import { withStopSignal } from './stop-signal.ts';
import { taskResult, type Task, type TaskResult } from './task.ts';

/** Builds and rollouts wait for engine and cluster most of the time. */
const mostAtOnce = 4;
/** Milliseconds. */
const signalRepeats = 1000;
/** Exit code of what Ctrl-C ended. */
const interrupted = 130;

/**
 * Makes Nx's batch implementation of a task: all projects of a command in one process, which share connections and
 * listings. One that fails does not stop the others.
 */
export function batchOf(task: Task) {
  return (
    taskGraph: TaskGraph,
    inputs: Record<string, RawOptions>,
    _overrides: unknown,
    context: ExecutorContext,
  ): AsyncGenerator<{ task: string; result: TaskResult }> =>
    endingProcess(
      withStopSignal((signal) => {
        const tasks = Object.values(taskGraph.tasks);
        return runAll(task, tasks, inputs, sharedRun(context, signal, tasks.length));
      }),
    );
}

/**
 * Lets the process of a batch end when Nx has got all results. It would wait to be ended by Nx, which looks only every
 * 0.3 s whether it has.
 */
export async function* endingProcess<T>(results: AsyncGenerator<T>): AsyncGenerator<T> {
  yield* results;
  setTimeout(() => disconnectWhenSent(process), 0);
}

async function* runAll(
  task: Task,
  waiting: TaskGraph['tasks'][string][],
  inputs: Record<string, RawOptions>,
  shared: SharedRun,
): AsyncGenerator<{ task: string; result: TaskResult }> {
  const running = new Map<string, Promise<{ task: string; result: TaskResult }>>();
  while (waiting.length > 0 || running.size > 0) {
    while (running.size < mostAtOnce && waiting.length > 0) {
      const { id, target } = waiting.shift()!;
      const { project } = target;
      const ended = shared.signal.aborted ? notBegun(project, shared) : task(project, inputs[id] ?? {}, shared);
      running.set(
        id,
        ended.then((result) => ({ task: id, result })),
      );
    }
    const { task: id, result } = await Promise.race(running.values());
    running.delete(id);
    // Nx may end this process as soon as it has the last result.
    if (waiting.length === 0 && running.size === 0) await shared.log.publish(shared.ports.repository);
    yield { task: id, result: shown(id, result, shared.log) };
  }
}

/** Returns the result for a project that nothing is begun for any more, because the command was interrupted. */
function notBegun(project: string, { signal, log }: SharedRun): Promise<TaskResult> {
  return taskResult({ deploys: false }, async () => {
    log.tell({ service: project, outcome: 'not begun: the command was interrupted', state: 'failed' });
    throw interruptedWhile(`begin with ${project}`, signal.reason as ProductError, ['Nothing was done for it.']);
  });
}

/** Returns a result whose text commands nothing to the CI that shows it: it may hold what others wrote, such as log lines. */
export function shown(id: string, result: TaskResult, log: RunLog): TaskResult {
  const { mark } = log.screen.terminal;
  const [headline = '', ...others] = result.terminalOutput.split('\n').map((line) => log.syntax.escapeCommands(line));
  if (!result.success) log.fail(id, result.terminalOutput);
  return { ...result, terminalOutput: [result.success ? headline : mark('bad', headline), ...others].join('\n') };
}

/** Makes Nx's implementation of one task, which it uses where batches are turned off. */
export function singleOf(task: Task, repeats = signalRepeats) {
  return async (options: RawOptions, context: ExecutorContext): Promise<{ success: boolean }> => {
    const id = context.projectName ?? '';
    const waiting = [{ id, target: { project: id } }] as TaskGraph['tasks'][string][];
    let success = false;
    const ended = withStopSignal(
      (signal) => runAll(task, waiting, { [id]: options }, sharedRun(context, signal, 1)),
      repeats,
    );
    for await (const { result } of ended) {
      process.stdout.write(result.terminalOutput);
      ({ success } = result);
    }
    return { success };
  };
}

/**
 * Makes Nx's implementation of a task that runs until it is stopped. Nx takes it for a success when it ends by itself, so it
 * says that it was interrupted, and `postTasksExecution` finds the exit code. Being asked to end again changes nothing: it
 * takes away what it has made, and Nx, which asks each process of the task's in turn, ends what does not end.
 */
export function continuousOf(task: Task) {
  return async (options: RawOptions, context: ExecutorContext): Promise<{ success: boolean }> => {
    let text = '';
    const keeping: Task = async (...request) => {
      const result = await task(...request);
      if (!result.success) text = result.terminalOutput;
      return result;
    };
    const stopCanary = startStopCanary();
    const { success } = await singleOf(keeping, Infinity)(options, context);
    stopCanary();
    if (success) return { success };
    const file = process.env[exitCodeVariable];
    if (file !== undefined) writeFileSync(file, isRefusal(text) ? '2' : '1');
    await new Promise((resolve) => process.stdout.write('', resolve));
    process.exit(interrupted);
  };
}
