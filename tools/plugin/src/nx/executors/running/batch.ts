import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { writeFileSync } from 'node:fs';
import { isRefusal } from '../../graph/task-hooks/refusal-mark.ts';
import { disconnectWhenSent } from './connections/disconnect-when-sent.ts';
import type { RawOptions } from '../options/options.ts';
import { sharedRun } from './run-context.ts';
import { runInStages } from './run-in-stages.ts';
import { startStopCanary } from './stop-canary.ts';
import { withStopSignal } from './stop-signal.ts';
import type { Task, TaskResult } from './task.ts';
import { exitCodeVariable } from '../../../model/product/wire-names.ts';

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
        return runInStages(task, { tasks, inputs }, sharedRun(context, signal, tasks.length));
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

/** Makes Nx's implementation of one task, which it uses where batches are turned off. */
export function singleOf(task: Task, repeats = signalRepeats) {
  return async (options: RawOptions, context: ExecutorContext): Promise<{ success: boolean }> => {
    const id = context.projectName ?? '';
    const tasks = [{ id, target: { project: id } }] as TaskGraph['tasks'][string][];
    let success = false;
    const ended = withStopSignal(
      (signal) => runInStages(task, { tasks, inputs: { [id]: options } }, sharedRun(context, signal, 1)),
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
