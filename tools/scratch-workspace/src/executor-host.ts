import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from './platform.ts';
import type { CommandResult } from './run-command.ts';

/** A task of the plugin, as `nx run PROJECT:TARGET ARGV` would run it. */
export interface HostedTask {
  readonly project: string;
  readonly target: string;
  readonly argv: readonly string[];
  /** Variables of this task; `null` takes one away. */
  readonly env: Readonly<Record<string, string | null>>;
  /** True when the project graph may have changed since the last one. */
  readonly isFresh: boolean;
}

/** A process that runs the plugin's tasks in a checkout, one after the other, without starting Nx for each. */
export class ExecutorHost {
  private readonly child: ChildProcessWithoutNullStreams;
  private last: Promise<unknown> = Promise.resolve();

  /** @param folder the checkout. @param env its variables. */
  constructor(folder: string, env: NodeJS.ProcessEnv) {
    const script = join(repositoryRoot, 'tools/scratch-workspace/src/executor-host.cjs');
    this.child = spawn(process.execPath, [script], { cwd: folder, env: { ...process.env, ...env } });
    // Whoever forgets to end it is not kept by it.
    for (const handle of [this.child, this.child.stdin, this.child.stdout, this.child.stderr])
      (handle as { unref?: () => void }).unref?.();
  }

  /** Runs a task when those before it have ended. @throws {Error} for a task that there is not, and for bugs. */
  run(task: HostedTask): Promise<CommandResult> {
    const ended = this.last.then(() => this.runNow(task));
    this.last = ended.catch(() => undefined);
    return ended;
  }

  /** Ends it. */
  end(): void {
    this.child.stdin.end();
  }

  private async runNow(task: HostedTask): Promise<CommandResult> {
    const { stdin, stdout, stderr } = this.child;
    let output = '';
    let written = '';
    const take = (text: string) => void (output += text);
    const takeWritten = (text: string) => void (written += text);
    const alive = setInterval(() => {}, 60_000); // Its handles keep nobody alive, but this waits for it.
    try {
      return await new Promise<CommandResult>((resolve, reject) => {
        const look = () => {
          const [text = '', end] = written.split('\0');
          if (end?.endsWith('\n') !== true || !output.includes('\0')) return;
          const { code, error } = JSON.parse(end) as { code?: number; error?: string };
          if (code === undefined) reject(new Error(error));
          else resolve({ code, stdout: text, output: text + output.replace('\0', '') });
        };
        stdout.setEncoding('utf8').on('data', takeWritten).on('data', look);
        stderr.setEncoding('utf8').on('data', take).on('data', look);
        this.child.once('close', () => reject(new Error(`The host of executors has ended:\n${written}${output}`)));
        stdin.write(`${JSON.stringify(task)}\n`);
      });
    } finally {
      clearInterval(alive);
      for (const stream of [stdout, stderr]) stream.removeAllListeners('data');
      this.child.removeAllListeners('close');
    }
  }
}
