import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The lines that Node.js itself writes for whoever debugs it. */
const listening = /^Debugger listening on (ws:\/\/\S+)$/;
const leaving = 'Waiting for the debugger to disconnect...';
const ofNode =
  /^(For help, see: https:\/\/nodejs\.org\/\S+inspector\S*|Debugger attached\.|Debugger ending on ws:\S+)$/;

interface ProcessOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  onLine(line: string): void;
  onInspector(url: string): void;
  /** The process has ended but for its debuggers, which it waits for. */
  onLeaving(): void;
}

/** A process of a service, in a group of its own, so that it ends with all that it started. */
export class ServiceProcess {
  private readonly child: ChildProcess;
  /** How it ended, as a clause. */
  readonly ended: Promise<string>;
  /** Aborted when it has ended. */
  readonly gone: AbortSignal;
  /** Address of its inspector, once it is known. */
  inspectorUrl: string | undefined;

  /** @param argv the command and its arguments. */
  constructor([command = '', ...args]: readonly string[], options: ProcessOptions) {
    const { cwd, env } = options;
    const gone = new AbortController();
    this.gone = gone.signal;
    this.child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      createInterface({ input: stream }).on('line', (line) => this.take(line, options));
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error: NodeJS.ErrnoException) =>
        resolve(error.code === 'ENOENT' ? `could not be started: there is no command "${command}"` : error.message),
      );
      this.child.once('close', (code, signal) =>
        resolve(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`),
      );
    });
    void this.ended.then(() => gone.abort());
  }

  /** Asks it to end, and ends it, with all that it started, when it does not within that many milliseconds. */
  async stop(patience: number): Promise<void> {
    this.signal('SIGTERM');
    const late = setTimeout(() => this.signal('SIGKILL'), patience);
    await this.ended;
    clearTimeout(late);
    // The tools that reload leave processes of their own.
    this.signal('SIGKILL');
  }

  /** Ends it at once. */
  kill(): void {
    this.signal('SIGKILL');
  }

  private signal(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is gone.
    }
  }

  private take(line: string, { onLine, onInspector, onLeaving }: ProcessOptions): void {
    const [, url] = listening.exec(line) ?? [];
    if (url !== undefined && this.inspectorUrl === undefined) {
      this.inspectorUrl = url;
      onInspector(url);
    } else if (line === leaving) onLeaving();
    else if (!ofNode.test(line)) onLine(line);
  }
}
