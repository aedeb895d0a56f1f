import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describeDuration } from '../../../model/text/duration.ts';
import type { Terminal } from './terminal.ts';

/** The current wait of a service. */
interface Waiting {
  readonly line: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Milliseconds between two looks at the clock. */
const tick = 1000;
/** Milliseconds in which Nx reads what was printed, before it prints the result that it gets another way. */
const readingTime = 20;
/** Returns to the beginning of the line and clears it. */
const clearLine = '\r\u001b[K';

/**
 * The output of one process, for all of its services. On a terminal its last line changes: it tells what is waited for,
 * and how long already. Anywhere else there are only lines that stay.
 */
export class Screen {
  readonly terminal: Terminal;
  private readonly waiting = new Map<string, Waiting>();
  private timer: NodeJS.Timeout | undefined;
  private isDrawn = false;
  private write: (text: string) => void = (text) => console.log(text);

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /** Prints lines that stay. */
  print(text: string): void {
    this.clear();
    this.write(text);
    this.draw();
  }

  /**
   * Prints to the terminal itself from now on: a Ctrl-C ends Nx's process, which reads what is printed here, before this
   * one has said how it goes on.
   */
  detach(): void {
    if (this.terminal.columns === undefined) return;
    this.clear();
    this.waiting.clear();
    clearInterval(this.timer);
    this.write = (text) => {
      try {
        writeFileSync('/dev/tty', `${text}\n`);
      } catch {
        console.log(text);
      }
    };
  }

  /** Shows what a service waits for from now on. */
  wait(service: string, line: string): void {
    if (this.terminal.columns === undefined) return;
    this.waiting.set(service, { line, since: performance.now() });
    this.timer ??= setInterval(() => this.draw(), tick).unref();
    this.draw();
  }

  /** Shows no longer that a service waits. Resolves when Nx, which reads this, may print something itself. */
  async end(service: string): Promise<void> {
    if (!this.waiting.delete(service)) return;
    this.clear();
    if (this.waiting.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    await pause(readingTime);
  }

  private draw(): void {
    const { columns = 0, paint } = this.terminal;
    if (this.waiting.size === 0) return;
    const text = waitingText(this.waiting, performance.now());
    // The last column stays free: some terminals begin a new line when it is written to.
    const fitted = text.length < columns ? text : `${text.slice(0, columns - 2)}…`;
    process.stdout.write(`${clearLine}${paint('faint', fitted)}`);
    this.isDrawn = true;
  }

  private clear(): void {
    if (this.isDrawn) process.stdout.write(clearLine);
    this.isDrawn = false;
  }
}

/** `orders  building image with docker (12 s)`, of several `3 running: orders building image with docker (12 s), …`. */
function waitingText(waiting: ReadonlyMap<string, Waiting>, now: number): string {
  const each = [...waiting].map(
    ([service, { line, since }]) => `${service}  ${line} (${describeDuration(now - since)})`,
  );
  return each.length === 1 ? each[0]! : `${each.length} running: ${each.join(', ')}`;
}
