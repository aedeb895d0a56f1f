import { readFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { childEnvironment } from '../process/child-environment.ts';
import { runProcess } from '../process/run-process.ts';

/** The part of the machine that a renderer may take, so that a chart which never ends, ends. */
export interface RenderingLimits {
  readonly milliseconds: number;
  /** Bytes of its output. */
  readonly output: number;
  /** Bytes of its memory, where the system tells them (Linux). */
  readonly memory: number;
}

const mebibyte = 1024 * 1024;
/** A hundred objects take a tenth of a second, on a machine that is busy some seconds. A record keeps less than the output. */
export const usualLimits: RenderingLimits = { milliseconds: 60_000, output: 8 * mebibyte, memory: 1024 * mebibyte };

/** How a renderer ended. */
export type RenderingEnd =
  | { readonly state: 'ended'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly state: 'stopped'; readonly reason: string }
  | { readonly state: 'not-started'; readonly cause: Error };

/** Milliseconds between two looks at the memory. */
const lookEveryMs = 50;

/**
 * Runs a renderer in a folder, with no way out: neither git nor http gets anywhere, and what the user has set up for the
 * tool at home (plugins, repositories, logins) is out of sight.
 */
export async function runBounded(
  [command, ...args]: readonly [string, ...string[]],
  { cwd, env, limits }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly limits: RenderingLimits },
): Promise<RenderingEnd> {
  const stop = new AbortController();
  let reason: string | undefined;
  let running: number | undefined;
  const end = (why: string) => {
    reason ??= why;
    // At once: what grows must not go on growing while it is asked to end.
    if (running !== undefined) killAtOnce(running);
    stop.abort();
  };
  let written = 0;
  const ending = runProcess(command, args, {
    cwd,
    env: withoutWayOut(env, cwd),
    signal: stop.signal,
    onStart: (pid) => {
      running = pid;
      watchMemory(pid, limits.memory, stop.signal, end);
    },
    onOutput: (_, chunk) => {
      written += chunk.length;
      if (written > limits.output) end(`it wrote more than ${limits.output / mebibyte} MiB`);
    },
  });
  const timer = setTimeout(() => end(`it took longer than ${limits.milliseconds / 1000} s`), limits.milliseconds);
  const result = await ending;
  clearTimeout(timer);
  const why = reason;
  stop.abort();
  if (result.state === 'not-started') return { state: 'not-started', cause: result.cause };
  if (why !== undefined || result.state !== 'ended') return { state: 'stopped', reason: why ?? 'it took too long' };
  return { state: 'ended', code: result.code, stdout: result.stdout.toString(), stderr: result.stderr.toString() };
}

function killAtOnce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Ends a process that takes more memory than it may: templates can ask for any amount within a line. */
function watchMemory(pid: number, most: number, signal: AbortSignal, end: (why: string) => void): void {
  if (process.platform !== 'linux') return;
  const timer = setInterval(() => {
    void readFile(`/proc/${pid}/status`, 'utf8').then(
      (status) => {
        const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
        if (kibibytes * 1024 > most) end(`it took more than ${most / mebibyte} MiB of memory`);
      },
      () => clearInterval(timer),
    );
  }, lookEveryMs);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

function withoutWayOut(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  // Where nobody listens.
  const nowhere = 'http://127.0.0.1:9';
  const passed = Object.entries(childEnvironment(env)).filter(
    ([name]) => !/^(no_proxy|all_proxy|helm_.*|kustomize_.*)$/i.test(name),
  );
  const home = (name: string) => join(folder, '.home', name);
  return {
    ...Object.fromEntries(passed),
    ...{ HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, http_proxy: nowhere, https_proxy: nowhere },
    // For git, a list of the protocols that it may use.
    ...{ GIT_ALLOW_PROTOCOL: 'none', GIT_TERMINAL_PROMPT: '0', KUBECONFIG: devNull },
    ...{ HELM_CONFIG_HOME: home('config'), HELM_CACHE_HOME: home('cache'), HELM_DATA_HOME: home('data') },
    ...{ HELM_PLUGINS: home('plugins'), KUSTOMIZE_PLUGIN_HOME: home('kustomize') },
    NO_COLOR: '1',
  };
}
