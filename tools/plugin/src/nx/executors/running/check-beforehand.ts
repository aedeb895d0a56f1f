import { join } from 'node:path';
import { requireStage } from '../../../adapters/workspace/buildable.ts';
import { locatedBuild } from '../../../adapters/workspace/service-build.ts';
import { setPlaces } from '../../../model/workspace/places.ts';
import { readPluginOptionsIn } from '../../../model/workspace/plugin-options.ts';
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
import { configuredOptions, keptProject } from './configured-options.ts';

/** Ends the process with exit code 2 when a command will be refused for certain, before lint, tests and build run. */
export const checkBeforehand: CheckBeforehand = async (commands, { argv, workspaceRoot, nxJsonConfiguration }) => {
  const { options } = readPluginOptionsIn(nxJsonConfiguration);
  setPlaces(options);
  // A repository without a commit is refused by the command itself.
  const repository = new GitRepository(workspaceRoot);
  tellCommitAtStart(await repository.headCommit().catch(() => undefined));
  for (const command of commands) {
    try {
      await check(command, { argv, root: workspaceRoot, prefix: options.targetPrefix, repository });
    } catch (error) {
      // Whatever else goes wrong here is met again by the command itself, which can tell what it is.
      if (error instanceof Refusal) refuse(command, error);
      else if (error instanceof ProductError) return;
      else throw error;
    }
  }
};

/** A command line, and the workspace in which it was typed. */
interface CommandPlace {
  readonly argv: readonly string[];
  readonly root: string;
  /** Of the names of targets. */
  readonly prefix: string;
  readonly repository: GitRepository;
}

async function check(
  { name, project }: RequestedCommand,
  { argv, root, prefix, repository }: CommandPlace,
): Promise<void> {
  const configured = configuredOptions(prefix + commandNamed(name).target, project, root);
  // A target of others that has the same name.
  if (configured === 'of-others') return;
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
  if (configured !== 'none') return;
  await executor.check?.(options, {
    environments,
    repository,
    clock: () => new Date(),
    subject,
    requireBuild: () => requireBuild(project, root),
  });
}

/** By what a build is that no machine decides: its block, and the Dockerfile that is checked out. @throws {Refusal} */
async function requireBuild(name: string | undefined, workspaceRoot: string): Promise<void> {
  const project = name === undefined ? undefined : keptProject(name, 'docker-release', workspaceRoot);
  if (name === undefined || !project) return;
  const build = locatedBuild({ name, root: project.root, imageOptions: project.options }, workspaceRoot);
  await requireStage({ name, folder: join(workspaceRoot, project.root), build });
}

/** In Nx's own process. In one of its workers the process is not ours to end, and Nx shows the text itself. */
function refuse({ name, project = 'nx' }: RequestedCommand, refusal: Refusal): never {
  const text = `${refusal.explain()}\n${refusalMarkOf({ deploys: commandNamed(name).deploys ?? false })}`;
  if ('NX_PLUGIN_WORKER' in globalThis || 'NX_DAEMON' in globalThis) throw new Error(text);
  new RunLog(process.env).fail(project, text);
  process.stderr.write(`\n${text}\n`);
  process.exit(refusal.exitCode);
}
