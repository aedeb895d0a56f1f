import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runCommand, runSuccessfully } from '../../scratch-workspace/src/run-command.ts';

interface Target {
  readonly command?: string;
  readonly options?: {
    readonly command?: string;
    readonly commands?: readonly string[];
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
  };
}

/** Clones a workspace, with the packages that are installed in it. What is not committed is not in the clone. */
export async function cloneWorkspace(workspace: string, root: string): Promise<void> {
  mkdirSync(dirname(root), { recursive: true });
  await runSuccessfully('git', ['clone', '--quiet', workspace, root]);
  const packages = join(workspace, 'node_modules');
  if (existsSync(packages) && !existsSync(join(root, 'node_modules')))
    symlinkSync(packages, join(root, 'node_modules'));
}

/** A service in a clone of its workspace. */
export class ServiceClone {
  readonly root: string;
  readonly name: string;
  readonly folder: string;

  constructor(root: string, name: string) {
    this.root = root;
    this.name = name;
    this.folder = join(root, 'apps', name);
  }

  get dist(): string {
    return join(this.folder, 'dist');
  }

  /** Runs a target as a CI does. @returns what is wrong with it: the end of its output, or a warning. */
  async run(target: string): Promise<string> {
    const { targets } = JSON.parse(this.read('project.json')) as { targets: Record<string, Target> };
    const { command, options = {} } = targets[target] ?? {};
    const commands = options.commands ?? [options.command ?? command].filter((line) => line !== undefined);
    if (commands.length === 0) return 'it has no command';
    const placed = (text: string) => text.replaceAll('{projectRoot}', `apps/${this.name}`);
    const PATH = [join(this.root, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
    for (const line of commands) {
      const where = { cwd: join(this.root, placed(options.cwd ?? '.')), env: { PATH, CI: 'true', ...options.env } };
      const { code, stdout, output } = await runCommand('/bin/sh', ['-c', placed(line)], where);
      if (code !== 0) return lastLines(output);
      const warning = warningIn(stdout);
      if (warning) return warning;
    }
    return '';
  }

  /** @param path inside the service's folder. */
  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Replaces a text in a file. @throws when it is not there. */
  edit(path: string, from: string, to: string): void {
    const text = this.read(path);
    if (!text.includes(from)) throw new Error(`apps/${this.name}/${path} has no ${from}`);
    this.write(
      path,
      text.replace(from, () => to),
    );
  }
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-3).join(' | ');
}

/** Returns the first warning of MSBuild in an output, such as NU1603. */
export function warningIn(output: string): string | undefined {
  return /warning [A-Z]+\d+.*/.exec(output)?.[0].slice(0, 160);
}

/** Returns the files below a folder, with the sums of their bytes, and whether they can be executed. */
export function sumsOf(folder: string): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  return new Map(
    files
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path.slice(folder.length + 1), sumOf(path)]),
  );
}

function sumOf(path: string): string {
  const executable = (statSync(path).mode & 0o100) === 0 ? '' : ' x';
  return createHash('sha256').update(readFileSync(path)).digest('hex') + executable;
}

/** Returns the names of files that are not in both, or differ. */
export function differences(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((name) => one.get(name) !== other.get(name)).sort();
}
