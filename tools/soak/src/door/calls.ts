import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bundle } from '../bundle.ts';
import type { CallerOrder, CallFigures, FromCaller, ToCaller } from './caller.ts';
import { now } from './timeline.ts';

/** Milliseconds between two judgements. */
const judgeEvery = 250;
/** Milliseconds for which the last calls are waited for. */
const patience = 60_000;

const none: CallFigures = { calls: 0, newer: 0, byRevision: 0, absent: 0, failed: 0, wrong: 0, examples: [] };

/** The calls of clients, which a process of its own makes: it is told what is current, and judges every answer. */
export class Calls {
  /** So far. */
  figures = none;
  private readonly child: ChildProcess;
  private readonly folder: string;
  private readonly timer: NodeJS.Timeout;
  private readonly gone: Promise<never>;
  private readonly said = new Set<FromCaller['is']>();
  private heard: () => void = () => {};

  private constructor(child: ChildProcess, folder: string, during: () => string) {
    this.child = child;
    this.folder = folder;
    child.on('message', (message: FromCaller) => {
      this.said.add(message.is);
      if (message.is !== 'stopped') this.figures = message.figures;
      this.heard();
    });
    this.gone = new Promise((_, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => reject(new Error(`The process that calls ended with ${code}.`)));
    });
    this.gone.catch(() => {});
    this.timer = setInterval(() => this.tell({ is: 'until', at: now(), doing: during() }), judgeEvery);
  }

  /** @param during says what is going on. @param told what is so at the beginning. */
  static async start(order: CallerOrder, during: () => string, told: readonly ToCaller[]): Promise<Calls> {
    const folder = mkdtempSync(join(tmpdir(), 'poc caller '));
    const script = join(folder, 'caller.cjs');
    await bundle(join(import.meta.dirname, 'caller.ts'), script);
    // Whoever deploys comes first.
    const child = spawn('nice', ['-n', '10', process.execPath, script], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const calls = new Calls(child, folder, during);
    calls.tell({ is: 'order', order });
    for (const message of told) calls.tell(message);
    return calls;
  }

  tell(message: ToCaller): void {
    if (this.child.connected) this.child.send(message);
  }

  /** Waits until that many calls were judged. @throws when nobody calls any more. */
  async reach(count: number): Promise<void> {
    while (this.figures.calls < count) await Promise.race([this.message(), this.gone]);
  }

  /** Lets those be answered that are under way. @returns what came of all of them. */
  async stop(): Promise<CallFigures> {
    if (!this.child.connected) return this.figures;
    this.tell({ is: 'stop' });
    await this.until('stopped');
    clearInterval(this.timer);
    this.tell({ is: 'end' });
    await this.until('ended');
    this.kill();
    return this.figures;
  }

  /** Ends it, whatever is under way. */
  kill(): void {
    clearInterval(this.timer);
    this.child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async until(what: FromCaller['is']): Promise<void> {
    const late = performance.now() + patience;
    while (!this.said.has(what)) {
      if (performance.now() > late) throw new Error(`The process that calls does not say "${what}".`);
      await Promise.race([this.message(), this.gone, pause(1_000)]);
    }
  }

  /** The next one. */
  private message(): Promise<void> {
    return new Promise((resolve) => (this.heard = resolve));
  }
}
