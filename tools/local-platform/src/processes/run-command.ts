import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Failure } from '../../../plugin/src/model/errors/product-error.ts';
import { noProxyVariables } from '../network/no-proxy.ts';

/** How a command is run. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the command, and all that it started, when it fires. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the command after this long. */
  readonly timeoutMs?: number;
  readonly input?: string;
  readonly onLine?: (line: string) => void;
}

/** What one run of a command left. */
export interface CommandResult {
  /** 127 when the command is not installed, 124 when its time was up. */
  readonly code: number;
  readonly stdout: string;
  /** The last lines of both outputs. */
  readonly lastLines: readonly string[];
}

const linesKept = 20;

/** Runs a command to its end, whatever its exit code. argv, never a shell. */
export function tryCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [command = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) return reject(options.signal.reason);
    // In a group of its own, so that ending it ends what it started as well.
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...noProxyVariables(), LC_ALL: 'C.UTF-8', ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    let timedOut = false;
    const end = () => {
      if (child.pid !== undefined && child.exitCode === null) killGroup(child.pid);
    };
    const timer =
      options.timeoutMs === undefined ? undefined : setTimeout(() => ((timedOut = true), end()), options.timeoutMs);
    options.signal?.addEventListener('abort', end);
    const lastLines: string[] = [];
    const take = (line: string) => {
      lastLines.push(line);
      if (lastLines.length > linesKept) lastLines.shift();
      options.onLine?.(line);
    };
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', take);
    // A command that ends before it has read its input says why by its exit code.
    child.stdin?.on('error', () => {}).end(options.input);
    const settled = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', end);
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      settled();
      if (error.code === 'ENOENT') resolve({ code: 127, stdout: '', lastLines: [`${command}: command not found`] });
      else reject(error);
    });
    child.on('close', (code) => {
      settled();
      if (options.signal?.aborted) reject(options.signal.reason);
      else resolve({ code: timedOut ? 124 : (code ?? 1), stdout, lastLines });
    });
  });
}

/**
 * Runs a command that has to succeed.
 * @param doing what it does, as a clause, for the error: `install containerd`.
 * @returns its standard output.
 */
export async function runCommand(
  doing: string,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { code, stdout, lastLines } = await tryCommand(argv, options);
  if (code === 0) return stdout;
  throw new Failure({
    type: 'platform-command-failed',
    doing,
    reason: `\`${argv.join(' ').slice(0, 200)}\` ended with exit code ${code}.`,
    remedy: 'What it said last is below; run the same command again when that is mended.',
    evidence: lastLines.slice(-8),
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
