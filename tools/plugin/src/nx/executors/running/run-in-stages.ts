import type { TaskGraph } from '@nx/devkit';
import { Notify } from '../../../model/concurrency/notify.ts';
import { Stage } from '../../../model/concurrency/stage.ts';
import { interruptedWhile } from '../../../model/errors/interruption.ts';
import type { ProductError } from '../../../model/errors/product-error.ts';
import type { RawOptions } from '../options/options.ts';
import { stagedPorts } from './connections/staged-ports.ts';
import { Stages } from './connections/stages.ts';
import type { SharedRun } from './run-context.ts';
import { shown } from './shown-result.ts';
import { taskResult, type Task, type TaskResult } from './task.ts';

/** Services that are looked at and planned: that waits for git, registry and cluster most of the time. */
const begunAtOnce = 4;

/** The work of a command. */
export interface Batch {
  readonly tasks: readonly TaskGraph['tasks'][string][];
  /** Options, by the task's id. */
  readonly inputs: Readonly<Record<string, RawOptions>>;
}

/**
 * Does the tasks of a command for all its projects, by stages: as many builds at once as there are processors, and meanwhile
 * pushes and rollouts of other projects. One that fails does not stop the others.
 * @returns the results, as they come.
 */
export async function* runInStages(
  task: Task,
  { tasks, inputs }: Batch,
  shared: SharedRun,
  stages = new Stages(),
): AsyncGenerator<{ task: string; result: TaskResult }> {
  const beginning = new Stage(begunAtOnce);
  const ended: Promise<{ task: string; result: TaskResult }>[] = [];
  const wakeUp = new Notify();
  for (const { id, target } of tasks) {
    const running = runOne({ project: target.project, options: inputs[id] ?? {} }, task, { shared, beginning, stages });
    const named = running.then((result) => ({ task: id, result }));
    const note = () => {
      ended.push(named);
      wakeUp.notify();
    };
    named.then(note, note);
  }
  for (let left = tasks.length; left > 0;) {
    await wakeUp.notified();
    for (const each of ended.splice(0)) {
      const { task: id, result } = await each;
      // Nx may end this process as soon as it has the last result.
      if (--left === 0) await shared.log.publish(shared.ports.repository);
      yield { task: id, result: shown(id, result, shared.log) };
    }
  }
}

/** The places of one batch. */
interface BatchStages {
  readonly shared: SharedRun;
  /** The stage before the others, and the only one of most commands. */
  readonly beginning: Stage;
  readonly stages: Stages;
}

/** Does a task when its turn has come. It makes room for the next one as soon as it comes to a stage that has a limit of its own. */
async function runOne(
  { project, options }: { readonly project: string; readonly options: RawOptions },
  task: Task,
  { shared, beginning, stages }: BatchStages,
): Promise<TaskResult> {
  const { signal } = shared;
  const leave = await beginning.enter(signal).catch(() => undefined);
  if (!leave) return notBegun(project, shared);
  try {
    return await task(project, options, {
      ...shared,
      ports: stagedPorts(shared.ports, { stages, signal, onStage: leave }),
    });
  } finally {
    leave();
  }
}

/** Returns the result for a project that nothing is begun for any more, because the command was interrupted. */
function notBegun(project: string, { signal, log }: SharedRun): Promise<TaskResult> {
  return taskResult({ deploys: false }, async () => {
    log.tell({ service: project, outcome: 'not begun: the command was interrupted', state: 'failed' });
    throw interruptedWhile(`begin with ${project}`, signal.reason as ProductError, ['Nothing was done for it.']);
  });
}
