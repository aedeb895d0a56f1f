import type { CommandName } from '../../graph/commands.ts';
import { differenceMark } from '../../graph/task-hooks/difference-mark.ts';
import { findingsMarkOf } from '../../graph/task-hooks/refusal-mark.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import { scrubLines } from '../../../model/secrets/line-scrubber.ts';
import type { SourceRepository } from '../../../ports/repository/source-repository.ts';
import { kebabCase, type Options, type OptionValues, type ReadOptions } from '../options/option.ts';
import { formatsOf, readDeclared, resolveOptions, type RawOptions } from '../options/options.ts';
import { OutputFile } from '../output/output-file.ts';
import { plainTerminal, type Terminal } from '../output/terminal.ts';
import type { SharedRun } from './run-context.ts';

/** How a command is typed, and what that does. */
export interface Example {
  readonly command: string;
  readonly description: string;
}

/** The result of a command. */
export interface Report {
  readonly lines: readonly string[];
  /** Set by a comparison that found something: exit code 3. */
  readonly isDifferent?: boolean;
  /** Set by an examination that found something wrong: exit code 2. */
  readonly wrong?: { readonly wrong: number; readonly of: number } | undefined;
}

/** Facts known before any task of Nx ran. */
export interface Beforehand {
  readonly environments: readonly Environment[];
  readonly repository: SourceRepository;
  readonly clock: Clock;
  /** The subject of messages: `orders`, or `the services`. */
  readonly subject: string;
  /** @throws {Refusal} when the image of the service cannot be built as it declares that. Nothing is known of many services. */
  requireBuild(): Promise<void>;
}

/** The declaration that every executor of this plugin makes. */
export interface CommandDeclaration<Declared extends Options> {
  readonly command: CommandName;
  readonly options: Declared;
  readonly examples: readonly Example[];
  /** Refuses what can be refused without building anything and without asking a cluster. @throws {Refusal} */
  check?(options: OptionValues<Declared>, beforehand: Beforehand): Promise<void>;
}

/** One run of a command for a project. */
export class CommandRun<Declared extends Options> {
  private readonly declaration: CommandDeclaration<Declared>;
  private readonly doing: string;
  private readonly read: ReadOptions<Declared>;
  private readonly output: OutputFile | undefined;

  /** Reads the options. @throws {Refusal} */
  constructor(
    declaration: CommandDeclaration<Declared>,
    raw: RawOptions,
    { doing, project, service, shared }: { doing: string; project: string; service?: string; shared: SharedRun },
  ) {
    this.declaration = declaration;
    this.doing = doing;
    this.read = readDeclared(raw, declaration.options, { doing, service });
    const { output: file } = this.read as { readonly output?: string };
    const { workspaceRoot, isForMany = false } = shared;
    const isFile = declaration.options['output']?.kind === 'file';
    this.output =
      file === undefined || !isFile ? undefined : OutputFile.at({ file, workspaceRoot, project, isForMany, doing });
  }

  /** Returns what shows the lines of the report: a file, which gets plain text, or the terminal. */
  shownOn(terminal: Terminal): Terminal {
    return this.output === undefined ? terminal : plainTerminal;
  }

  /** Finds what the options name, and says which environment was chosen without one. @throws {Refusal} */
  resolve(environments: readonly Environment[], reporter: Reporter): OptionValues<Declared> {
    const { options } = this.declaration;
    const values = resolveOptions(this.read, options, environments, this.doing);
    const isForMachines = this.output === undefined && formatsOf(options, this.read).length > 0;
    for (const [name, { isAnnounced, omitted }] of Object.entries(options)) {
      if (!isAnnounced || this.read[name] !== undefined || isForMachines) continue;
      const { name: chosen } = values[name] as Environment;
      reporter.step(`environment: ${chosen}, ${omitted}; \`--${kebabCase(name)}\` chooses another`);
    }
    return values;
  }

  /** Writes a report into the file that was asked for. @returns lines for the terminal. @throws {Refusal} */
  report(found: Report | readonly string[]): readonly string[] {
    const { lines: all, isDifferent = false, wrong }: Report = 'lines' in found ? found : { lines: found };
    const lines = scrubLines(all);
    const mark = wrong ? [findingsMarkOf(wrong)] : isDifferent ? [differenceMark] : [];
    if (!this.output) return [...lines, ...mark];
    this.output.write(lines);
    return [`wrote ${this.output.shown}`, ...mark];
  }
}
