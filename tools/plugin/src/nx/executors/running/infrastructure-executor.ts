import type { ExecutorContext } from '@nx/devkit';
import { ProductError } from '../../../model/errors/product-error.ts';
import type { ClockComparison } from './clock-comparison.ts';
import { commandNamed } from '../../graph/commands.ts';
import type { ApprovablePlan } from '../../../use-cases/deploy/requirements/approval.ts';
import type { JobOutcome } from '../../../model/ci/output/job-summary.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import type { WorkspaceMap } from '../../../ports/project-links.ts';
import type { ServiceSource } from '../../../ports/service-source.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import type { Terminal } from '../output/terminal.ts';
import { consoleReporter, type ConsoleReporter } from '../output/console-reporter.ts';
import type { Options, OptionValues } from '../options/option.ts';
import { CommandRun, type CommandDeclaration, type Report } from './run-command.ts';
import type { SharedRun } from './run-context.ts';
import { taskResult, type Task } from './task.ts';

/** The context of an executor for all services. */
export interface InfrastructureRun {
  readonly environments: readonly Environment[];
  readonly ports: ReleasePorts;
  /** Returns a reporter for a service, or for the whole by another name. */
  reporter(name: string): Reporter;
  /** The output device. */
  readonly terminal: Terminal;
  /** Keeps what it came to, for the page that a CI has of its run. */
  tell(...outcomes: readonly JobOutcome[]): void;
  /** Keeps plans, for who approves of them and for the job of a CI that applies them. */
  tellPlan(...plans: readonly ApprovablePlan[]): void;
  /** A service of the workspace. @throws {Refusal} when it has none of this name. */
  service(name: string): ServiceSource;
  /** The services of the workspace, and what they are made of. */
  readonly services: WorkspaceMap;
  readonly workspaceRoot: string;
  /** The main branch. */
  readonly branch: string;
  /** The mistake in the files of the environments, of a command that can do without them. */
  readonly mistake?: ProductError | undefined;
  /** The projects as Nx knows them, and its settings. */
  readonly workspace?: Pick<ExecutorContext, 'projectGraph' | 'nxJsonConfiguration'> | undefined;
  /** This machine's clock beside those of servers. */
  readonly clocks?: ClockComparison | undefined;
  /** Makes commands in a text such as are typed in this workspace. */
  typed(text: string): string;
  /** Aborted when the command shall stop. */
  readonly signal: AbortSignal;
}

/** An executor of this plugin for whole environments. */
export interface InfrastructureExecutor<Declared extends Options = Options> extends CommandDeclaration<Declared> {
  readonly of: 'infrastructure';
  /** The action, as a clause: `roll an environment back`. */
  readonly doing: string;
  /** Set for a command that also runs when the files of the environments have mistakes: it gets none then. */
  readonly takesMistakes?: true;
  /** @returns lines that show the result. @throws {ProductError} */
  run(options: OptionValues<Declared>, run: InfrastructureRun): Promise<readonly string[] | Report>;
}

/** Declares an executor for whole environments. */
export function infrastructureExecutor<Declared extends Options>(
  executor: Omit<InfrastructureExecutor<Declared>, 'of'>,
): InfrastructureExecutor<Declared> {
  return { ...executor, of: 'infrastructure' };
}

/** Returns what an executor does, as a task of Nx. */
export function infrastructureTask<Declared extends Options>(executor: InfrastructureExecutor<Declared>): Task {
  const { deploys = false } = commandNamed(executor.command);
  return (project, raw, shared) =>
    taskResult({ deploys, typed: shared.targets.typed }, async () => {
      shared.targets.require(project, executor.command);
      const command = new CommandRun(executor, raw, { doing: executor.doing, project, shared });
      const { environments, mistake } = await environmentsFor(executor, shared);
      const { log, ports, branch, signal, verbose, workspaceRoot } = shared;
      const reporters = new Map<string, ConsoleReporter>();
      const reporter = (name: string) => {
        const known = reporters.get(name) ?? consoleReporter(name, verbose, log.syntax, log.screen);
        reporters.set(name, known);
        return known;
      };
      try {
        for (const line of shared.targets.hidden()) reporter(project).warn(line);
        if (deploys) shared.clocks?.reportBy((line) => reporter(project).warn(line));
        signal.throwIfAborted();
        const options = command.resolve(environments, reporter(project));
        const found = await executor.run(options, {
          environments,
          ports,
          reporter,
          terminal: command.shownOn(log.screen.terminal),
          tell: log.tell.bind(log),
          tellPlan: log.tellPlan.bind(log),
          service: (name) => shared.service(name),
          services: shared.services(),
          workspaceRoot,
          branch,
          mistake,
          workspace: shared.workspace,
          clocks: shared.clocks,
          typed: shared.targets.typed,
          signal,
        });
        return command.report(found);
      } finally {
        for (const [name, each] of reporters) {
          each.end();
          await log.screen.end(name);
        }
      }
    });
}

/** Returns the environments; of a command that can do without them, none and what is wrong with their files. */
async function environmentsFor(
  { takesMistakes }: Pick<InfrastructureExecutor, 'takesMistakes'>,
  shared: SharedRun,
): Promise<{ readonly environments: readonly Environment[]; readonly mistake?: ProductError }> {
  try {
    return { environments: await shared.environments() };
  } catch (error) {
    if (!takesMistakes || !(error instanceof ProductError)) throw error;
    return { environments: [], mistake: error };
  }
}
