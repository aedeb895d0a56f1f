import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Failure } from '../../../plugin/src/model/errors/product-error.ts';
import { noProxyVariables } from '../network/no-proxy.ts';

/** Options of running a command. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Kills the command, and all that it started, when it fires. */
  readonly signal?: AbortSignal | undefined;
  /** Kills the command after this long. */
  readonly timeoutMs?: number;
  readonly input?: string;
  readonly onLine?: (line: string) => void;
}

/** The result of running a command. */
export interface CommandResult {
  /** 127 when the command is not installed, 124 when its time was up. */
  readonly code: number;
  readonly stdout: string;
  /** The last lines of both outputs. */
  readonly lastLines: readonly string[];
}

const linesKept = 20;

/** Runs a command, whatever its exit code; never through a shell. */
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
    const kill = () => {
      if (child.pid !== undefined && child.exitCode === null) killGroup(child.pid);
    };
    const timer =
      options.timeoutMs === undefined ? undefined : setTimeout(() => ((timedOut = true), kill()), options.timeoutMs);
    const forget = options.signal === undefined ? () => {} : onAbort(options.signal, kill);
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
      forget();
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
 * Runs a command and requires that it succeeds.
 * @param doing what it does, as a clause, for the error: `install containerd`.
 * @returns its standard output.
 */
export async function runCommand(
  doing: string,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await tryCommand(argv, options);
  if (result.code === 0) return result.stdout;
  throw commandFailure(doing, argv, result);
}

/** Returns the failure of a command, for callers that look at its result first. */
export function commandFailure(doing: string, argv: readonly string[], { code, lastLines }: CommandResult): Failure {
  return new Failure({
    type: 'platform-command-failed',
    doing,
    reason: `\`${argv.join(' ').slice(0, 200)}\` exited with code ${code}.`,
    remedy: 'Fix what its last lines below report, and run the same command again.',
    evidence: lastLines.slice(-8),
  });
}

const reactions = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal fires, from the one listener that all commands of a signal share: as many may run at once
 * as are needed, where Node takes more than ten listeners of a signal for a leak.
 * @returns a function that revokes it.
 */
function onAbort(signal: AbortSignal, react: () => void): () => void {
  let waiting = reactions.get(signal);
  if (waiting === undefined) {
    const added = new Set<() => void>();
    signal.addEventListener('abort', () => added.forEach((reaction) => reaction()), { once: true });
    reactions.set(signal, added);
    waiting = added;
  }
  const others = waiting;
  others.add(react);
  return () => others.delete(react);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
