import { connect, type Socket } from 'node:net';
import { takeAnswer, type Answer } from './answer.ts';

/** Longer than any answer takes, on a machine that is busy with other things too. */
const patienceMs = 20_000;

/**
 * A connection over which bytes are sent as they are. It is no HTTP library's, which would refuse to send what is malformed,
 * and hide what is lost by asking again.
 */
export class Connection {
  private readonly socket: Socket;
  private text = '';
  private isClosed = false;
  private wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (data) => {
      this.text += data.toString('latin1');
      this.wake();
    });
    const end = () => {
      this.isClosed = true;
      this.wake();
    };
    socket.on('error', end).on('close', end).on('end', end);
  }

  /** @throws when it is refused. */
  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      socket.once('error', reject).once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** Reports whether the other side has ended it. */
  get closed(): boolean {
    return this.isClosed;
  }

  send(bytes: string | Buffer): void {
    if (!this.isClosed) this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Ends the sending side alone. */
  finish(): void {
    this.socket.end();
  }

  /** Returns the next answer, or undefined when the connection ends without one, or nothing comes for a while. */
  async answer({ isHead = false, withinMs = patienceMs } = {}): Promise<Answer | undefined> {
    const until = Date.now() + withinMs;
    for (;;) {
      const taken = takeAnswer(this.text, isHead);
      if (taken) {
        this.text = taken.rest;
        return taken.answer;
      }
      const left = until - Date.now();
      if (this.isClosed || left <= 0) return undefined;
      await this.change(left);
    }
  }

  /** Waits until the other side ends it. @returns whether it did. */
  async end(withinMs: number): Promise<boolean> {
    const until = Date.now() + withinMs;
    while (!this.isClosed && Date.now() < until) await this.change(until - Date.now());
    return this.isClosed;
  }

  close(): void {
    this.socket.destroy();
  }

  /** Waits until something comes, or it ends. */
  private change(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** A request as text. */
export function requestText(path: string, { method = 'GET', headers = {}, body = '' }: RequestParts = {}): string {
  const length = body === '' || 'Transfer-Encoding' in headers ? {} : { 'Content-Length': String(body.length) };
  const fields = Object.entries({ Host: 'localhost', ...length, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${path} HTTP/1.1\r\n${fields.join('')}\r\n${body}`;
}

interface RequestParts {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** In Latin-1: a character is a byte. */
  readonly body?: string;
}

/** Sends one request, over a connection of its own. @returns undefined when there is no answer. */
export async function ask(port: number, path: string, parts: RequestParts = {}): Promise<Answer | undefined> {
  const connection = await Connection.open(port);
  try {
    connection.send(requestText(path, parts));
    return await connection.answer({ isHead: parts.method === 'HEAD' });
  } finally {
    connection.close();
  }
}
