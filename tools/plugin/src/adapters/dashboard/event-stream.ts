import type { ServerResponse } from 'node:http';

/** Has the page ask again soon when the stream ends. */
const retry = 'retry: 1000\n\n';

/**
 * The server-sent events of one page. One that does not read fast enough gets nothing more, and a `reset` when it
 * does again: nothing is kept for it meanwhile.
 */
export class EventStream {
  private readonly answer: ServerResponse;
  /** The newest version, which a page that was too slow shall ask for. */
  private readonly current: () => number;
  private isFull = false;
  private hasMissed = false;

  constructor(answer: ServerResponse, current: () => number) {
    this.answer = answer;
    this.current = current;
    answer.on('drain', () => this.drained());
    this.write(retry);
  }

  /** @param id by which the page says later how far it came. */
  send(event: string, data: string, id?: number): void {
    if (this.isFull) {
      // A beat that is late says nothing.
      if (event !== 'beat') this.hasMissed = true;
      return;
    }
    this.write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`);
  }

  reset(): void {
    this.send('reset', JSON.stringify({ version: this.current() }));
  }

  end(): void {
    this.answer.end();
  }

  private write(text: string): void {
    this.isFull = !this.answer.write(text);
  }

  private drained(): void {
    this.isFull = false;
    if (!this.hasMissed) return;
    this.hasMissed = false;
    this.reset();
  }
}
