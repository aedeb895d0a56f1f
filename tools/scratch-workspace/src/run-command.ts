import { spawn } from 'node:child_process';

/** The result of a command. */
export interface CommandResult {
  readonly code: number;
  /** Standard output. */
  readonly stdout: string;
  /** Both outputs, in the order in which they came. */
  readonly output: string;
}

/** A command that runs. */
export interface RunningCommand {
  readonly ended: Promise<CommandResult>;
  /** Both outputs, as far as they have come. */
  soFar(): string;
  /** Sends a signal to its process. */
  end(signal: NodeJS.Signals): void;
}

interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Signals reach all processes that it begins, too, and those of the terminal none of them. */
  readonly ownGroup?: boolean;
}

/** Runs a command to its end, whatever its exit code. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return startCommand(command, args, options).ended;
}

/** Begins a command. */
export function startCommand(
  command: string,
  args: readonly string[],
  { cwd, env = {}, input, ownGroup = false }: CommandOptions = {},
): RunningCommand {
  const child = spawn(command, args, {
    ...{ cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] },
    detached: ownGroup,
  });
  let stdout = '';
  let output = '';
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, output }));
    child.stdin.end(input);
  });
  const end = (signal: NodeJS.Signals) => void (ownGroup ? process.kill(-child.pid!, signal) : child.kill(signal));
  return { ended, soFar: () => output, end };
}

/** Runs a command that must succeed. @returns its standard output, trimmed. */
export async function runSuccessfully(
  command: string,
  args: readonly string[],
  options: Parameters<typeof runCommand>[2] = {},
): Promise<string> {
  const { code, stdout, output } = await runCommand(command, args, options);
  if (code === 0) return stdout.trim();
  throw new Error(`${[command, ...args].join(' ')} ended with ${code}:\n${output}`);
}
