import { spawn, type ChildProcess } from 'node:child_process';
import { childEnvironment } from './child-environment.ts';

/** Milliseconds that a command that was asked to end may take for it. */
const endsWithinMs = 5000;
const hasProcessGroups = process.platform !== 'win32';

/** How one run of a command ended. */
export type ProcessResult =
  | {
      readonly state: 'ended';
      /** Exit code; 1 when a signal ended the process. */
      readonly code: number;
      readonly stdout: Buffer;
      readonly stderr: Buffer;
    }
  /** The process was killed because it took longer than `timeoutMs`. */
  | { readonly state: 'timed-out'; readonly stdout: Buffer; readonly stderr: Buffer }
  /** The command is not installed (`ENOENT`), or may not be run. */
  | { readonly state: 'not-started'; readonly cause: NodeJS.ErrnoException };

export interface ProcessOptions {
  readonly cwd?: string;
  /** The whole environment (default: what of this process's own every child gets). */
  readonly env?: NodeJS.ProcessEnv;
  /** Text for the standard input, which is empty by default. */
  readonly input?: string;
  /** True when the standard input is this process's own, for a command that may ask. */
  readonly asks?: boolean;
  /** Destination of the error output: it is collected by default. */
  readonly stderr?: 'collect' | 'ignore';
  /** None by default. */
  readonly timeoutMs?: number;
  /** Ends the command, and all that it started, when it is aborted: politely, and by force after a while. */
  readonly signal?: AbortSignal;
  /** Is given the number of the process once it runs. */
  readonly onStart?: (pid: number) => void;
  /** Is given each piece of an output as it comes. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
}

/**
 * Runs a command as a process of its own to its end, whatever that is: argv, never a shell. Never throws.
 *
 * No library: execa 9 waits beyond its time-out for whatever else holds the command's output open (5.1 s in place of 1 s in
 * the spec of this), and takes 85 ms to load.
 */
export function runProcess(
  command: string,
  args: readonly string[],
  { cwd, env = usual(), input, asks = false, stderr = 'collect', timeoutMs, signal, ...told }: ProcessOptions = {},
): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      // A group of its own: what the command has started is ended with it.
      detached: signal !== undefined && hasProcessGroups,
      stdio: [asks ? 'inherit' : inputOf(input), 'pipe', stderr === 'collect' ? 'pipe' : 'ignore'],
    });
    if (child.pid !== undefined) told.onStart?.(child.pid);
    const outputs = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream]?.on('data', (chunk: Buffer) => {
        outputs[stream].push(chunk);
        told.onOutput?.(stream, chunk);
      });
    let timedOut = false;
    const onTimeout = () => {
      timedOut = true;
      child.kill('SIGKILL');
      // Processes that the command started may hold its pipes open beyond its own end.
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    // Not spawn's own `timeout`: for a command that is not installed it would keep this process alive.
    const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);
    const release = signal ? endWhenAborted(child, signal) : () => {};
    child.on('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      release();
      resolve({ state: 'not-started', cause });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      release();
      const collected = { stdout: Buffer.concat(outputs.stdout), stderr: Buffer.concat(outputs.stderr) };
      if (timedOut) resolve({ state: 'timed-out', ...collected });
      else resolve({ state: 'ended', code: code ?? 1, ...collected });
    });
    // A command may end before it has read all of its input (EPIPE); its exit code tells.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** Returns what every child gets of this process's own variables. */
function usual(): NodeJS.ProcessEnv {
  return childEnvironment(process.env);
}

/** Returns the kind of a standard input. */
function inputOf(input: string | undefined): 'ignore' | 'pipe' {
  return input === undefined ? 'ignore' : 'pipe';
}

/** Ends a command when a signal is aborted, or this process ends before it. @returns what ends that. */
function endWhenAborted(child: ChildProcess, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  const kill = () => killGroup(child, 'SIGKILL');
  const end = () => {
    killGroup(child, 'SIGTERM');
    timer = setTimeout(() => {
      kill();
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, endsWithinMs);
  };
  signal.addEventListener('abort', end, { once: true });
  process.on('exit', kill);
  if (signal.aborted) end();
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    process.off('exit', kill);
  };
}

/** Sends a signal to a command and all that it started, also when the command itself has ended. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (hasProcessGroups) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // All of it has ended.
  }
}
