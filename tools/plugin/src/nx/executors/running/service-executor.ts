import type { TargetConfiguration } from '@nx/devkit';
import { commandNamed } from '../../graph/commands.ts';
import type { ApprovablePlan } from '../../../use-cases/deploy/requirements/approval.ts';
import type { JobOutcome } from '../../../model/ci/output/job-summary.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import type { ServiceMap } from '../../../ports/service-map.ts';
import type { ServiceSource } from '../../../ports/service-source.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import { interruptedWhile, isInterruption } from '../../../model/errors/interruption.ts';
import { ProductError } from '../../../model/errors/product-error.ts';
import { errorOutcome } from '../output/ci/deploy-outcome.ts';
import type { RunLog } from '../output/ci/run-log.ts';
import type { Terminal } from '../output/terminal.ts';
import { consoleReporter } from '../output/console-reporter.ts';
import type { Options, OptionValues } from '../options/option.ts';
import { CommandRun, type CommandDeclaration, type Report } from './run-command.ts';
import { taskResult, type Task } from './task.ts';

/** The context of an executor for one service. */
export interface ServiceRun {
  readonly service: ServiceSource;
  readonly environments: readonly Environment[];
  readonly ports: ReleasePorts;
  readonly reporter: Reporter;
  /** The output device. */
  readonly terminal: Terminal;
  /** Keeps what it came to, for the page that a CI has of its run. */
  tell(...outcomes: readonly JobOutcome[]): void;
  /** Keeps plans, for who approves of them and for the job of a CI that applies them. */
  tellPlan(...plans: readonly ApprovablePlan[]): void;
  /** Shows in a CI, at the head of its run and beside the line, what was found in a file. */
  readonly annotate: RunLog['annotate'];
  /** All services of the workspace, and what they are made of. */
  services(): ServiceMap;
  /** Returns another target of the service, if it has it. */
  target(name: string): TargetConfiguration | undefined;
  readonly workspaceRoot: string;
  /** The main branch. */
  readonly branch: string;
  /** Aborted when the command shall stop. */
  readonly signal: AbortSignal;
}

/** An executor of this plugin for one service: its options, and the use case that it calls. */
export interface ServiceExecutor<Declared extends Options = Options> extends CommandDeclaration<Declared> {
  readonly of: 'service';
  /** The action, as a verb: `release`. */
  readonly verb: string;
  /** Begins what needs no environment, while their files are read. What comes of it is reported when it is needed. */
  begin?(run: Pick<ServiceRun, 'service' | 'ports'>): void;
  /** @returns lines that show the result. @throws {ProductError} */
  run(options: OptionValues<Declared>, run: ServiceRun): Promise<readonly string[] | Report>;
}

/** Declares an executor for services. */
export function serviceExecutor<Declared extends Options>(
  executor: Omit<ServiceExecutor<Declared>, 'of'>,
): ServiceExecutor<Declared> {
  return { ...executor, of: 'service' };
}

/** Returns what an executor does for one service, as a task of Nx. */
export function serviceTask<Declared extends Options>(executor: ServiceExecutor<Declared>): Task {
  const { deploys = false } = commandNamed(executor.command);
  return (project, raw, shared) =>
    taskResult({ deploys, typed: shared.targets.typed }, async () => {
      shared.targets.require(project, executor.command);
      const service = shared.serviceOf(project);
      const doing = `${executor.verb} ${service.name}`;
      const command = new CommandRun(executor, raw, { doing, project, service: service.name, shared });
      executor.begin?.({ service, ports: shared.ports });
      const environments = await shared.environments();
      const { ports, services, branch, signal, log, workspaceRoot } = shared;
      const target = (named: string) => shared.targets.target(project, named);
      const reporter = consoleReporter(service.name, shared.verbose, log.syntax, log.screen);
      for (const line of shared.targets.hidden(project)) reporter.warn(line);
      if (deploys) shared.clocks?.reportBy((line) => reporter.warn(line));
      const terminal = command.shownOn(log.screen.terminal);
      const [tell, annotate] = [log.tell.bind(log), log.annotate.bind(log)];
      try {
        signal.throwIfAborted();
        const options = command.resolve(environments, reporter);
        const run = {
          service,
          environments,
          ports,
          reporter,
          terminal,
          ...{ tell, tellPlan: log.tellPlan.bind(log), annotate },
          ...{ services, target, workspaceRoot, branch, signal },
        };
        return command.report(await executor.run(options, run));
      } catch (thrown) {
        const error = ofInterruption(thrown, doing, signal);
        log.tell(errorOutcome(service.name, error));
        // Nx, which the same Ctrl-C ends, does not show the result any more.
        if (signal.aborted && error instanceof ProductError)
          reporter.warn([...(isInterruption(error) ? [error.facts.reason] : []), error.facts.remedy].join(' '));
        throw error;
      } finally {
        reporter.end();
        await log.screen.end(service.name);
      }
    });
}

/** Returns the interruption that an error came of: what is ended by the same signal, such as git, ends with errors of its own. */
function ofInterruption(error: unknown, doing: string, signal: AbortSignal): unknown {
  if (!signal.aborted || !isInterruption(signal.reason) || !(error instanceof ProductError)) return error;
  if (error === signal.reason) return interruptedWhile(doing, error);
  const { reason, type } = error.facts;
  return type === 'interrupted' ? error : interruptedWhile(doing, signal.reason, [reason]);
}
