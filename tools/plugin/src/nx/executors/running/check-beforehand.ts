import { readEnvironments } from '../../../adapters/workspace/environments.ts';
import { GitRepository } from '../../../adapters/git/git-repository.ts';
import { ProductError, Refusal } from '../../../model/errors/product-error.ts';
import { commandNamed } from '../../graph/commands.ts';
import { tellCommitAtStart } from './commit-at-start.ts';
import type { CheckBeforehand } from '../../graph/task-hooks/pre-tasks-execution.ts';
import { refusalMarkOf } from '../../graph/task-hooks/refusal-mark.ts';
import type { RequestedCommand } from '../../graph/task-hooks/requested-command.ts';
import { executors } from '../executors.ts';
import { typedOptions } from '../options/typed-options.ts';
import { readDeclared, resolveOptions } from '../options/options.ts';
import { RunLog } from '../output/ci/run-log.ts';
import { configuredOptions } from './configured-options.ts';

/** Ends the process with exit code 2 when a command will be refused for certain, before lint, tests and build run. */
export const checkBeforehand: CheckBeforehand = async (commands, { argv, workspaceRoot }) => {
  // A repository without a commit is refused by the command itself.
  tellCommitAtStart(await new GitRepository(workspaceRoot).headCommit().catch(() => undefined));
  for (const command of commands) {
    try {
      await check(command, argv, workspaceRoot);
    } catch (error) {
      // Whatever else goes wrong here is met again by the command itself, which can tell what it is.
      if (error instanceof Refusal) refuse(command, error);
      else if (error instanceof ProductError) return;
      else throw error;
    }
  }
};

async function check({ name, project }: RequestedCommand, argv: readonly string[], root: string): Promise<void> {
  const executor = executors[name];
  const subject = project ?? 'the services';
  const doing = executor.of === 'service' ? `${executor.verb} ${subject}` : executor.doing;
  const typed = typedOptions(argv, executor.options);
  const context = { doing, service: executor.of === 'service' ? project : undefined };
  const read = readDeclared(typed, executor.options, context);
  if (executor.of === 'infrastructure' && executor.takesMistakes) return;
  const environments = await readEnvironments(root);
  const options = resolveOptions(read, executor.options, environments, doing);
  // What project.json or nx.json say besides is for Nx to merge: the command itself checks it.
  if (configuredOptions(commandNamed(name).target, project, root) !== 'none') return;
  await executor.check?.(options, {
    environments,
    repository: new GitRepository(root),
    clock: () => new Date(),
    subject,
  });
}

/** In Nx's own process. In one of its workers the process is not ours to end, and Nx shows the text itself. */
function refuse({ name, project = 'nx' }: RequestedCommand, refusal: Refusal): never {
  const text = `${refusal.explain()}\n${refusalMarkOf({ deploys: commandNamed(name).deploys ?? false })}`;
  if ('NX_PLUGIN_WORKER' in globalThis || 'NX_DAEMON' in globalThis) throw new Error(text);
  new RunLog(process.env).fail(project, text);
  process.stderr.write(`\n${text}\n`);
  process.exit(refusal.exitCode);
}
