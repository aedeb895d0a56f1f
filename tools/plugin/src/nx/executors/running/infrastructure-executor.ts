import type { JobOutcome } from '../../../model/ci/output/job-summary.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import type { ServiceMap } from '../../../ports/service-map.ts';
import type { ServiceSource } from '../../../ports/service-source.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import type { Terminal } from '../output/terminal.ts';
import { consoleReporter, type ConsoleReporter } from '../output/console-reporter.ts';
import { readOptions, type OptionReaders } from '../options/options.ts';
import { taskResult, type Task } from './task.ts';

/** What an executor gets to work with, for all services. */
export interface InfrastructureRun {
  readonly environments: readonly Environment[];
  readonly ports: ReleasePorts;
  /** Tells of a service, or of the whole by another name. */
  reporter(name: string): Reporter;
  /** What shows the output. */
  readonly terminal: Terminal;
  /** Keeps what it came to, for the page that a CI has of its run. */
  tell(...outcomes: readonly JobOutcome[]): void;
  /** A service of the workspace. @throws {Refusal} when it has none of this name. */
  service(name: string): ServiceSource;
  /** The services of the workspace, and what they are made of. */
  readonly services: ServiceMap;
  /** The main branch. */
  readonly branch: string;
  /** Aborted when the command shall stop. */
  readonly signal: AbortSignal;
}

/** An executor of this plugin for whole environments. */
export interface InfrastructureExecutor<T> {
  /** What it does, as a clause: `roll an environment back`. */
  readonly doing: string;
  readonly options: OptionReaders<T>;
  /** @returns lines that tell the result. @throws {ProductError} */
  readonly run: (options: T, run: InfrastructureRun) => Promise<readonly string[]>;
}

/** What an executor does, as a task of Nx. */
export function infrastructureTask<T>({ doing, options, run }: InfrastructureExecutor<T>): Task {
  return (_project, raw, shared) =>
    taskResult(async () => {
      const { log, ports, branch, signal, verbose } = shared;
      const reporters = new Map<string, ConsoleReporter>();
      try {
        return await run(readOptions(raw, options, doing), {
          environments: await shared.environments(),
          ports,
          reporter: (name) => {
            const reporter = reporters.get(name) ?? consoleReporter(name, verbose, log.syntax, log.screen);
            reporters.set(name, reporter);
            return reporter;
          },
          terminal: log.screen.terminal,
          tell: log.tell.bind(log),
          service: (name) => shared.service(name),
          services: shared.services(),
          branch,
          signal,
        });
      } finally {
        for (const [name, reporter] of reporters) {
          reporter.end();
          await log.screen.end(name);
        }
      }
    });
}
