import { refusalMark } from '../graph/refusal-mark.ts';
import type { Environment } from '../model/environment.ts';
import { ProductError, Refusal } from '../model/product-error.ts';
import type { Reporter } from '../release/ports/reporter.ts';
import type { ServiceSource } from '../release/ports/service-source.ts';
import type { ReleasePorts } from '../release/release-ports.ts';
import { consoleReporter } from './console-reporter.ts';
import { readOptions, type OptionReaders, type RawOptions } from './options.ts';
import type { SharedRun } from './shared-run.ts';

/** What an executor gets to work with, for one service. */
export interface ServiceRun {
  readonly service: ServiceSource;
  readonly environments: readonly Environment[];
  readonly ports: ReleasePorts;
  readonly reporter: Reporter;
  /** Aborted when the command shall stop. */
  readonly signal: AbortSignal;
}

/** An executor of this plugin: its options, and the use case that it calls for one service. */
export interface ServiceExecutor<T> {
  /** What it does, as a verb: `release`. */
  readonly verb: string;
  /** Readers of its options, for the service of this name. */
  readonly options: (service: string) => OptionReaders<T>;
  /** @returns lines that tell the result. @throws {ProductError} */
  readonly run: (options: T, run: ServiceRun) => Promise<readonly string[]>;
}

/** What Nx is told of one service. */
export interface ServiceResult {
  readonly success: boolean;
  readonly terminalOutput: string;
  readonly startTime: number;
  readonly endTime: number;
}

/** Runs an executor for one service. Never throws: what went wrong is the result. */
export async function runService<T>(
  { verb, options, run }: ServiceExecutor<T>,
  name: string,
  raw: RawOptions,
  shared: SharedRun,
): Promise<ServiceResult> {
  const startTime = Date.now();
  const ended = (success: boolean, lines: readonly string[]): ServiceResult => ({
    success,
    terminalOutput: lines.map((line) => `${line}\n`).join(''),
    startTime,
    endTime: Date.now(),
  });
  try {
    const read = readOptions(raw, options(name), `${verb} ${name}`);
    const service = shared.service(name);
    const environments = await shared.environments();
    const reporter = consoleReporter(name, shared.verbose);
    return ended(
      true,
      await run(read, { service, environments, ports: shared.ports, reporter, signal: shared.signal }),
    );
  } catch (error) {
    return ended(false, explain(error));
  }
}

/** A stack is for bugs only. */
function explain(error: unknown): string[] {
  if (error instanceof ProductError) return [error.explain(), ...(error instanceof Refusal ? [refusalMark] : [])];
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return ['This is a bug in @poc/plugin; please report it with these lines.', stack];
}
