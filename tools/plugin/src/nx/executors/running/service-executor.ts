import type { JobOutcome } from '../../../model/ci/output/job-summary.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import type { ServiceMap } from '../../../ports/service-map.ts';
import type { ServiceSource } from '../../../ports/service-source.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import { ProductError } from '../../../model/errors/product-error.ts';
import { errorOutcome } from '../output/ci/deploy-outcome.ts';
import type { Terminal } from '../output/terminal.ts';
import { consoleReporter } from '../output/console-reporter.ts';
import { readOptions, type OptionReaders } from '../options/options.ts';
import { taskResult, type Task } from './task.ts';

/** What an executor gets to work with, for one service. */
export interface ServiceRun {
  readonly service: ServiceSource;
  readonly environments: readonly Environment[];
  readonly ports: ReleasePorts;
  readonly reporter: Reporter;
  /** What shows the output. */
  readonly terminal: Terminal;
  /** Keeps what it came to, for the page that a CI has of its run. */
  tell(...outcomes: readonly JobOutcome[]): void;
  /** All services of the workspace, and what they are made of. */
  services(): ServiceMap;
  /** The main branch. */
  readonly branch: string;
  /** Aborted when the command shall stop. */
  readonly signal: AbortSignal;
}

/** An executor of this plugin: its options, and the use case that it calls for one service. */
export interface ServiceExecutor<T> {
  /** What it does, as a verb: `release`. */
  readonly verb: string;
  /** Readers of its options, for the service of this name. */
  readonly options: (service: string) => OptionReaders<T>;
  /** Begins what needs no environment, while their files are read. What comes of it is told when it is needed. */
  readonly begin?: (run: Pick<ServiceRun, 'service' | 'ports'>) => void;
  /** @returns lines that tell the result. @throws {ProductError} */
  readonly run: (options: T, run: ServiceRun) => Promise<readonly string[]>;
}

/** What an executor does for one service, as a task of Nx. */
export function serviceTask<T>({ verb, options, begin, run }: ServiceExecutor<T>): Task {
  return (name, raw, shared) =>
    taskResult(async () => {
      const read = readOptions(raw, options(name), `${verb} ${name}`);
      const service = shared.service(name);
      begin?.({ service, ports: shared.ports });
      const environments = await shared.environments();
      const { ports, services, branch, signal, log } = shared;
      const reporter = consoleReporter(name, shared.verbose, log.syntax, log.screen);
      const tell = log.tell.bind(log);
      try {
        const { terminal } = log.screen;
        return await run(read, { service, environments, ports, reporter, terminal, tell, services, branch, signal });
      } catch (error) {
        log.tell(errorOutcome(name, error));
        // Nx, which the same Ctrl-C ends, does not show the result any more.
        if (signal.aborted && error instanceof ProductError) reporter.warn(error.facts.remedy);
        throw error;
      } finally {
        reporter.end();
        await log.screen.end(name);
      }
    });
}
