import { existsSync, readFileSync, rmSync, unwatchFile, watch, watchFile, type FSWatcher } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { scriptVariables, type BundleCommand } from '../../model/dev/dev-command.ts';
import type { BundleEvents, BundleWatch } from '../../ports/dev/dev-machine.ts';
import { runProcess } from '../process/run-process.ts';

/** Milliseconds in which several files that are saved at once make one change. */
const settle = 40;
/** Milliseconds between two looks at a file where the system does not tell of changes. */
const lookAgain = 300;

/**
 * Bundles a service, now and whenever a file that went into the bundle is saved. esbuild's own watch looks at the files
 * in turn, and so notices a change after up to 2 s; this is told by the system.
 */
export class SourceWatch implements BundleWatch {
  private readonly root: string;
  private readonly command: BundleCommand;
  private readonly file: string;
  private readonly events: BundleEvents;
  private readonly watched = new Map<string, FSWatcher | undefined>();
  private inputs = new Set<string>();
  private hasFailed = false;
  private timer: NodeJS.Timeout | undefined;
  private building: Promise<void> = Promise.resolve();
  private isClosed = false;

  /** @param root of the workspace. @param file where the bundle is put. */
  constructor(root: string, command: BundleCommand, file: string, events: BundleEvents) {
    this.root = root;
    this.command = command;
    this.file = file;
    this.events = events;
    this.change();
  }

  close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    for (const [path, watcher] of this.watched) {
      if (watcher) watcher.close();
      else unwatchFile(path);
    }
    return this.building;
  }

  private change(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.building = this.building.then(() => this.build())), settle);
  }

  private async build(): Promise<void> {
    if (this.isClosed) return;
    const begun = performance.now();
    const { lines, inputs } = await bundle(this.root, this.command, this.file);
    if (this.isClosed) return;
    this.hasFailed = lines !== undefined;
    // A file that cannot be read is no reason to watch less than before.
    if (inputs) this.inputs = new Set(inputs);
    this.watchInputs();
    if (lines) this.events.onFailed(lines);
    else this.events.onBuilt(Math.round(performance.now() - begun));
  }

  private watchInputs(): void {
    // Before there was a bundle, whatever is beside its entry may mend it.
    const entry = this.command.args.find((arg) => /\.[cm]?tsx?$/.test(arg)) ?? '.';
    const files = this.inputs.size > 0 ? this.inputs : [resolve(this.root, this.command.cwd, entry)];
    for (const file of files) this.watchFolder(dirname(file));
  }

  private watchFolder(folder: string): void {
    if (this.watched.has(folder) || [...this.watched.keys()].some((path) => dirname(path) === folder)) return;
    try {
      const watcher = watch(folder, (_event, name) => this.onChange(join(folder, name ?? '')));
      watcher.on('error', () => watcher.close());
      this.watched.set(folder, watcher);
    } catch {
      // The system has no more watches to give, or has none.
      for (const file of this.inputs) {
        if (dirname(file) !== folder) continue;
        watchFile(file, { interval: lookAgain }, () => this.onChange(file));
        this.watched.set(file, undefined);
      }
    }
  }

  private onChange(file: string): void {
    // What went into no bundle may be what a failed one lacks.
    if (this.inputs.has(file) || this.hasFailed || this.inputs.size === 0) this.change();
  }
}

/** Bundles once. @returns what is said when it fails, and the files that went into the bundle when it does not. */
export async function bundle(
  root: string,
  command: Omit<BundleCommand, 'fileName'>,
  file: string,
): Promise<{ readonly lines?: readonly string[]; readonly inputs?: readonly string[] }> {
  const folder = resolve(root, command.cwd);
  // Not beside the bundle: a script may empty that folder.
  const meta = join(dirname(dirname(file)), `${basename(file)}.meta.json`);
  rmSync(meta, { force: true });
  const result = await (command.by === 'esbuild'
    ? callEsbuild(root, command.args, { folder, file, meta })
    : callScript(command.args, { folder, file, meta }));
  if (result.state !== 'ended') return { lines: ['The command that bundles could not be run.'] };
  const said = `${result.stdout.toString()}${result.stderr.toString()}`
    .split('\n')
    .filter((line) => line.trim() !== '');
  if (result.code !== 0) return { lines: said };
  const inputs = inputsIn(meta);
  if (!inputs || !existsSync(file)) {
    const { folder: folderVariable, metafile } = scriptVariables;
    return { lines: [`The build put no bundle where ${folderVariable} says, or no ${metafile} (docs/dev.md).`] };
  }
  const files = inputs.filter((input) => !/(^|\/)node_modules\//.test(input));
  return { inputs: files.map((input) => resolve(folder, input)) };
}

interface BundlePlaces {
  readonly folder: string;
  readonly file: string;
  readonly meta: string;
}

function callEsbuild(root: string, args: readonly string[], { folder, file, meta }: BundlePlaces) {
  const own = ['--sourcemap', `--outfile=${file}`, `--metafile=${meta}`, '--log-level=warning', '--color=false'];
  return runProcess(join(root, 'node_modules/.bin/esbuild'), [...args, ...own], { cwd: folder });
}

function callScript(args: readonly string[], { folder, file, meta }: BundlePlaces) {
  const told = { [scriptVariables.folder]: dirname(file), [scriptVariables.metafile]: meta };
  return runProcess(process.execPath, args, { cwd: folder, env: { ...process.env, FORCE_COLOR: '0', ...told } });
}

function inputsIn(meta: string): string[] | undefined {
  try {
    return Object.keys((JSON.parse(readFileSync(meta, 'utf8')) as { inputs: object }).inputs);
  } catch {
    return undefined;
  }
}
