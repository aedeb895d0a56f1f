import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './http/connection.ts';
import type { Program } from './stack.ts';

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly at: number;
}

export const release = { BUILD_NUMBER: '20261127-1', COMMIT: '1a2b3c4' };

/** A service that runs on this machine. */
export class RunningService {
  readonly port: number;
  readonly metricsPort: number;
  readonly ended: Promise<Ending>;
  private readonly process: ChildProcess;
  private readonly log: string;

  private constructor(process: ChildProcess, [port, metricsPort]: readonly [number, number], log: string) {
    this.process = process;
    this.port = port;
    this.metricsPort = metricsPort;
    this.log = log;
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => resolve({ code, signal, at: Date.now() });
      process.on('exit', end).on('error', () => end(null, null));
    });
  }

  /** Starts a program, and waits until it is ready. @param log file for what it writes. */
  static async start(
    program: Program,
    log: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<RunningService> {
    const output = openSync(log, 'w');
    const ports = await Promise.all([freePort(), freePort()]);
    const child = spawn(program.command, program.args, {
      cwd: program.cwd,
      env: {
        ...{ ...process.env, ...release, ...program.env, ...env },
        ...{ PORT: `${ports[0]}`, METRICS_PORT: `${ports[1]}` },
      },
      stdio: ['ignore', output, output],
    });
    const service = new RunningService(child, ports, log);
    let isOver = false;
    void service.ended.then(() => (isOver = true));
    for (let attempt = 0; attempt < 300 && !isOver; attempt++) {
      if (await isReady(service.port)) return service;
      await sleep(100);
    }
    service.kill();
    throw new Error(`The service did not get ready in 30 s: ${readFileSync(log, 'utf8').slice(-2000)}`);
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function isReady(port: number): Promise<boolean> {
  const answer = await ask(port, '/healthz/ready').catch(() => undefined);
  return answer?.status === 200;
}
