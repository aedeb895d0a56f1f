import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from '../../scratch-workspace/src/clients/ask-once.ts';
import { runCommand, runSuccessfully } from '../../scratch-workspace/src/run-command.ts';
import type { FailedRequest } from './prober.ts';

/** Seconds of one run of wrk: so exactly it is known when something failed. */
const runSeconds = 10;
/** Seconds without an answer after which a request has failed. */
const answerTimeout = 10;

/** Installs wrk where it is missing. */
export async function ensureWrk(): Promise<void> {
  const isThere = await runCommand('wrk', ['--version']).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const install = ['install', '--yes', '--no-install-recommends', '-oDPkg::Lock::Timeout=120', 'wrk'];
  if ((await runCommand('apt-get', install)).code === 0) return;
  await runSuccessfully('apt-get', ['update']);
  await runSuccessfully('apt-get', install);
}

/**
 * Sends GET requests over connections that are kept, with wrk: one run after the other, until it is stopped.
 */
export class KeptConnections {
  private readonly target: Target;
  private readonly connections: number;
  private readonly during: () => string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'poc wrk '));
  private readonly failures: FailedRequest[] = [];
  private readonly ended: Promise<void>;
  private requests = 0;
  private running: ChildProcess | undefined;
  private stopping = false;

  /**
   * @param connections how many; each sends its next request `pause` milliseconds after an answer.
   * @param during says what is going on.
   */
  constructor(target: Target, connections: number, pause: number, during: () => string) {
    this.target = target;
    this.connections = connections;
    this.during = during;
    writeFileSync(join(this.folder, 'pause.lua'), `function delay() return ${pause} end\n`);
    this.ended = this.keepRunning();
  }

  /** So far; what is being run is not counted yet. */
  get figures(): { requests: number; failed: readonly FailedRequest[] } {
    return { requests: this.requests, failed: this.failures };
  }

  async stop(): Promise<void> {
    this.stopping = true;
    // It then tells what it has done.
    this.running?.kill('SIGINT');
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async keepRunning(): Promise<void> {
    while (!this.stopping) {
      const [at, before] = [new Date().toISOString(), this.during()];
      const output = await this.runOnce();
      const after = this.during();
      const { requests, problems } = readWrk(output);
      this.requests += requests;
      const during = before === after ? before : `${before}, and ${after}`;
      for (const what of problems)
        this.failures.push({ url: this.target.url, what, at: `${runSeconds} s from ${at}`, during });
    }
  }

  private runOnce(): Promise<string> {
    const { url, host } = this.target;
    const args = [
      '--threads=1',
      `--connections=${this.connections}`,
      `--duration=${runSeconds}s`,
      `--timeout=${answerTimeout}s`,
      `--script=${join(this.folder, 'pause.lua')}`,
      ...(host === undefined ? [] : [`--header=Host: ${host}`]),
      url,
    ];
    return new Promise((resolve) => {
      // Whoever deploys comes first.
      const child = spawn('nice', ['-n', '10', 'wrk', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      this.running = child;
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.on('error', ({ message }) => (output += message));
      child.on('close', () => resolve(output));
    });
  }
}

/** Reads what wrk says of a run. @returns how many requests were answered, and what failed of them. */
export function readWrk(output: string): { requests: number; problems: string[] } {
  const found = /^\s*(\d+) requests in /m.exec(output)?.[1];
  if (found === undefined) return { requests: 0, problems: [`wrk said: ${output.trim().slice(0, 300)}`] };
  const problems: string[] = [];
  const bad = /^\s*Non-2xx or 3xx responses: (\d+)/m.exec(output)?.[1];
  if (bad !== undefined) problems.push(`${bad} bad answers`);
  const sockets = /^\s*Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/m.exec(output);
  for (const [index, name] of ['connect', 'read', 'write', 'timeout'].entries())
    if (Number(sockets?.[index + 1] ?? 0) > 0) problems.push(`${sockets![index + 1]} × ${name}`);
  return { requests: Number(found), problems };
}
