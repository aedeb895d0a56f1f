import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { Refusal } from '../../../model/errors/product-error.ts';

/** Where an output file shall be, and for whom. */
export interface OutputRequest {
  /** As it was given: `--output=FILE`. */
  readonly file: string;
  readonly workspaceRoot: string;
  readonly project: string;
  /** Set when the command is for other projects as well. */
  readonly isForMany: boolean;
  readonly doing: string;
}

/** A file that is written whole or not at all. */
export class OutputFile {
  /** As it is shown: relative to the workspace where it lies inside. */
  readonly shown: string;
  private readonly path: string;
  private readonly doing: string;

  private constructor(path: string, workspaceRoot: string, doing: string) {
    const within = relative(workspaceRoot, path);
    this.path = path;
    this.shown = within.startsWith('..') || isAbsolute(within) ? path : within;
    this.doing = doing;
  }

  /** Checks, before anything else is done, that the file can be there. @throws {Refusal} */
  static at({ file, workspaceRoot, project, isForMany, doing }: OutputRequest): OutputFile {
    if (isForMany && !file.includes('{project}')) {
      throw new Refusal({
        type: 'bad-option',
        doing,
        reason: `--output cannot be ${quoted(file)}: several projects would write it.`,
        remedy: 'Put {project} into its name: `--output={project}.json`.',
      });
    }
    const output = new OutputFile(resolve(workspaceRoot, file.replaceAll('{project}', project)), workspaceRoot, doing);
    const folder = dirname(output.path);
    if (kindOf(folder) !== 'folder') {
      throw output.refusal(
        `--output cannot be ${quoted(file)}: its folder does not exist.`,
        `Create it first: \`mkdir -p ${dirname(output.shown)}\`.`,
      );
    }
    if (kindOf(output.path) === 'folder')
      throw output.refusal(`--output cannot be ${quoted(file)}: it is a folder.`, 'Name a file in it.');
    return output;
  }

  /** Writes it beside its place, then moves it there. @throws {Refusal} when nobody may write there. */
  write(lines: readonly string[]): void {
    const unfinished = `${this.path}.${process.pid}.tmp`;
    try {
      writeFileSync(unfinished, lines.map((line) => `${line}\n`).join(''));
      renameSync(unfinished, this.path);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw this.refusal(
        `--output cannot be ${quoted(this.shown)}: it cannot be written (${codeOf(error)}).`,
        'Choose another file.',
        error,
      );
    }
  }

  private refusal(reason: string, remedy: string, cause?: unknown): Refusal {
    return new Refusal({ type: 'bad-option', doing: this.doing, reason, remedy, cause });
  }
}

function kindOf(path: string): 'folder' | 'other' | 'none' {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 'none';
  return stat.isDirectory() ? 'folder' : 'other';
}

function quoted(file: string): string {
  return JSON.stringify(file).slice(0, 200);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
