import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Target {
  readonly command?: string;
  readonly options?: {
    readonly command?: string;
    readonly commands?: readonly string[];
    readonly env?: NodeJS.ProcessEnv;
  };
}

/** A .NET service in a clone of its workspace. */
export class ServiceClone {
  readonly root: string;
  readonly folder: string;

  constructor(root: string, service: string) {
    this.root = root;
    this.folder = join(root, 'apps', service);
  }

  get dist(): string {
    return join(this.folder, 'dist');
  }

  /** Clones a workspace: what is not committed is not in it. */
  static of(workspace: string, service: string, root: string): ServiceClone {
    mkdirSync(dirname(root), { recursive: true });
    git(dirname(root), 'clone', '--quiet', workspace, root);
    return new ServiceClone(root, service);
  }

  git(...args: readonly string[]): void {
    git(this.root, ...args);
  }

  /** Runs a target as a CI does. @returns what is wrong with it: the end of its output, or a warning. */
  run(target: string): string {
    const { targets } = JSON.parse(readFileSync(join(this.folder, 'project.json'), 'utf8')) as {
      targets: Record<string, Target>;
    };
    const { command, options = {} } = targets[target] ?? {};
    const commands = options.commands ?? [options.command ?? command].filter((line) => line !== undefined);
    if (commands.length === 0) return 'it has no command';
    for (const line of commands) {
      const env = { ...process.env, CI: 'true', ...options.env };
      const { status, stdout, stderr } = spawnSync(line, { cwd: this.folder, shell: true, env, encoding: 'utf8' });
      if (status !== 0) return lastLines(`${stdout}${stderr}`);
      const warning = warningIn(stdout);
      if (warning) return warning;
    }
    return '';
  }

  /** Returns the file that `dotnet` starts: the one with a description of the runtime that it needs. */
  program(): string {
    const description = readdirSync(this.dist).find((name) => name.endsWith('.runtimeconfig.json'));
    if (!description) throw new Error(`There is no program in ${this.dist}.`);
    return join(this.dist, description.replace(/\.runtimeconfig\.json$/, '.dll'));
  }
}

function git(cwd: string, ...args: readonly string[]): void {
  const somebody = ['-c', 'user.name=dotnet-check', '-c', 'user.email=dotnet-check@example.com'];
  execFileSync('git', [...somebody, ...args], { cwd, stdio: 'pipe' });
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-3).join(' | ');
}

/** Returns the first warning of MSBuild in an output, such as NU1603. */
export function warningIn(output: string): string | undefined {
  return /warning [A-Z]+\d+.*/.exec(output)?.[0].slice(0, 160);
}

/** Returns the files below a folder, with the sums of their bytes. */
export function sumsOf(folder: string): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path.slice(folder.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

/** Returns the names of files that are not in both, or differ. */
export function differences(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((name) => one.get(name) !== other.get(name)).sort();
}

/** Returns those files of a build that belong to the workspace, to IIS, to the builder's machine or to an earlier build. */
export function foreignFiles(names: Iterable<string>): string[] {
  return [...names].filter((name) => /^(project|global|package.*)\.json$|^web\.config$|^Stale\.dll$/.test(name));
}
