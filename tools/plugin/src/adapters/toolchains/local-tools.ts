import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InstalledTool, Language } from '../../model/toolchains/toolchain.ts';
import type { InstalledTools, ToolState } from '../../ports/installed-tools.ts';
import { childEnvironment } from '../process/child-environment.ts';
import { runProcess, type ProcessResult } from '../process/run-process.ts';

/** How a tool is asked for its version. */
interface Question {
  /** Names of the program: the first that there is. */
  readonly commands: readonly string[];
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** @returns undefined for what is no answer. */
  answer(output: string, env: NodeJS.ProcessEnv): InstalledTool | undefined;
}

const questions: Readonly<Record<Exclude<Language, 'node'>, Question>> = {
  go: {
    commands: ['go'],
    args: ['env', 'GOVERSION', 'GOENV', 'GOROOT'],
    // Itself, and not the version that a go.mod or go.work above asks it to fetch.
    env: { GOTOOLCHAIN: 'local' },
    answer: goOf,
  },
  python: {
    commands: process.platform === 'win32' ? ['python', 'python3'] : ['python3', 'python'],
    args: ['--version'],
    answer: (output) => oneOf(/^Python (\S+)/m.exec(output)?.[1]),
  },
  dotnet: {
    commands: ['dotnet'],
    args: ['--list-sdks'],
    answer: (output) => {
      const lines = output.split(/\r?\n/).filter((line) => line.trim() !== '');
      const versions = lines.flatMap((line) => /^(\d+\.\d+\.\d+\S*) \[/.exec(line)?.[1] ?? []);
      return versions.length === lines.length ? { versions } : undefined;
    },
  },
};

/** The languages' tools on this machine's PATH, each asked by a process of its own; Node.js is this process's own. */
export class LocalTools implements InstalledTools {
  private readonly root: string;
  private readonly env: NodeJS.ProcessEnv;
  private readonly timeoutMs: number;
  private readonly asked = new Map<string, Promise<ToolState>>();

  /** @param timeoutMs within which a tool must say its version. */
  constructor(root: string, { env = process.env, timeoutMs = 10_000 } = {}) {
    this.root = root;
    this.env = env;
    this.timeoutMs = timeoutMs;
  }

  find(language: Language, folder: string): Promise<ToolState> {
    const key = `${language}\0${folder}`;
    let state = this.asked.get(key);
    if (!state) this.asked.set(key, (state = this.ask(language, folder)));
    return state;
  }

  private async ask(language: Language, folder: string): Promise<ToolState> {
    if (language === 'node') return { state: 'found', tool: ownNode() };
    const { commands, args, env, answer } = questions[language];
    const cwd = join(this.root, folder);
    for (const command of commands) {
      const options = { cwd, env: { ...childEnvironment(this.env), ...env }, timeoutMs: this.timeoutMs };
      const result = await runProcess(command, args, options);
      if (result.state === 'not-started' && result.cause.code === 'ENOENT') continue;
      return stateOf([command, ...args].join(' '), result, this.timeoutMs, (text) => answer(text, this.env));
    }
    return { state: 'missing', command: commands[0]! };
  }
}

/** The Node.js that runs this process: Nx starts services' commands on the same. */
export function ownNode(): InstalledTool {
  const { lts } = process.release;
  return { versions: [process.versions.node], lts };
}

function stateOf(
  command: string,
  result: ProcessResult,
  timeoutMs: number,
  answer: (text: string) => InstalledTool | undefined,
): ToolState {
  const broken = (reason: string, output: string): ToolState => {
    const lines = output.split(/\r?\n/).filter((line) => line.trim() !== '');
    return { state: 'broken', command, reason, output: lines.slice(-5) };
  };
  if (result.state === 'not-started') return broken(`\`${command}\` cannot be run: ${result.cause.message}`, '');
  const output = `${result.stdout}\n${result.stderr}`;
  if (result.state === 'timed-out') return broken(`\`${command}\` did not answer within ${timeoutMs / 1000} s`, output);
  if (result.code !== 0) return broken(`\`${command}\` ended with exit code ${result.code}`, output);
  // Python 2 answers on the error output.
  const stdout = `${result.stdout}`;
  const tool = answer(stdout) ?? (stdout.trim() === '' ? answer(`${result.stderr}`) : undefined);
  return tool ? { state: 'found', tool } : broken(`\`${command}\` says no version`, output);
}

function oneOf(version: string | undefined): InstalledTool | undefined {
  return version === undefined ? undefined : { versions: [version] };
}

/** Go with the setting that says whether it fetches others: of the environment, of the user, of the installation. */
function goOf(output: string, env: NodeJS.ProcessEnv): InstalledTool | undefined {
  const [, version] = /^(?:go|devel (?:go)?)(\d+\.\S+)/.exec(output) ?? [];
  const [, userFile = '', goRoot = ''] = output.split(/\r?\n/);
  if (version === undefined) return undefined;
  const setting = env['GOTOOLCHAIN'] || settingIn(userFile) || settingIn(join(goRoot, 'go.env')) || 'local';
  const [, fixed] = /^go(\d[^+]*)$/.exec(setting) ?? [];
  return fixed === undefined ? { versions: [version], fetchesOthers: /auto$/.test(setting) } : { versions: [fixed] };
}

function settingIn(file: string): string | undefined {
  try {
    return /^GOTOOLCHAIN=(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.trim();
  } catch {
    return undefined;
  }
}
