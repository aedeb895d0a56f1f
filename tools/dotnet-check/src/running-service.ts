import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly at: number;
}

export const release = { BUILD_NUMBER: '20261127-1', COMMIT: '1a2b3c4' };

/** A service that runs on this machine; its metrics are at the next port. */
export class RunningService {
  readonly port: number;
  readonly ended: Promise<Ending>;
  private readonly process: ChildProcess;
  private readonly log: string;

  private constructor(process: ChildProcess, port: number, log: string) {
    this.process = process;
    this.port = port;
    this.log = log;
    this.ended = new Promise((resolve) =>
      process.on('exit', (code, signal) => resolve({ code, signal, at: Date.now() })),
    );
  }

  get metricsPort(): number {
    return this.port + 1;
  }

  /** Starts a program, and waits until it is ready. @param log file for what it writes. */
  static async start(program: string, port: number, log: string): Promise<RunningService> {
    const output = openSync(log, 'w');
    const env = {
      ...process.env,
      ...release,
      PORT: `${port}`,
      METRICS_PORT: `${port + 1}`,
      DOTNET_EnableDiagnostics: '0',
    };
    const stdio = ['ignore', output, output] as const;
    const child = spawn('dotnet', [program], { cwd: dirname(program), env, stdio: [...stdio] });
    const service = new RunningService(child, port, log);
    for (let attempt = 0; attempt < 100; attempt++) {
      if (await isReady(port)) return service;
      await sleep(100);
    }
    service.kill();
    throw new Error(`The service did not get ready in 10 s: ${readFileSync(log, 'utf8').slice(-500)}`);
  }

  /** Returns the lines that it has written. */
  lines(): string[] {
    return readFileSync(this.log, 'utf8').split('\n').filter(Boolean);
  }

  terminate(): void {
    this.process.kill('SIGTERM');
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz/ready`);
    await answer.text();
    return answer.ok;
  } catch {
    return false;
  }
}
