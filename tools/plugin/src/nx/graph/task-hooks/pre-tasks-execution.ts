import { readPluginOptionsIn } from '../../../model/workspace/plugin-options.ts';
import type { PreTasksExecutionContext } from '@nx/devkit';
import { commandNamed } from '../commands.ts';
import { showTerminal } from './show-terminal.ts';
import { requestedCommands, type RequestedCommand } from './requested-command.ts';

/** Refuses what can be refused before any task runs. */
export type CheckBeforehand = (
  commands: readonly RequestedCommand[],
  context: Pick<PreTasksExecutionContext, 'argv' | 'workspaceRoot'> &
    Partial<Pick<PreTasksExecutionContext, 'nxJsonConfiguration'>>,
) => Promise<void>;

/**
 * Called by Nx before the tasks of a command. Commands for which others run first (lint, tests, build) are checked here,
 * so that a refusal does not come minutes late, and those that run until they are stopped; the others check at once by
 * themselves.
 * @param load loads the checks: a command of others must not pay for them.
 */
export async function preTasksExecution(context: PreTasksExecutionContext, load: () => CheckBeforehand): Promise<void> {
  showTerminal();
  const { targetPrefix } = readPluginOptionsIn(context.nxJsonConfiguration).options;
  const late = requestedCommands(context.argv, targetPrefix).filter(({ name }) => {
    const { dependsOn, isContinuous } = commandNamed(name);
    return dependsOn ?? isContinuous;
  });
  if (late.length > 0) await load()(late, context);
}
