import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending, RunningService } from './running-service.ts';

/** What clients saw of a service that was told to end. */
export interface Drained {
  readonly answered: number;
  /** Requests that were sent and got no answer. */
  readonly lost: number;
  /** Clients that were told by `Connection: close`. */
  readonly told: number;
  /** Connections that were refused while it had to take them. */
  readonly refused: number;
  readonly ending: Ending;
  /** From SIGTERM to its end. */
  readonly milliseconds: number;
}

/** Load while a service drains: clients that ask again and again, idle ones, long requests and new connections. */
export async function drainUnderLoad(service: RunningService): Promise<Drained> {
  const seen = { answered: 0, lost: 0, told: 0, refused: 0 };
  const busy = Array.from({ length: 64 }, () => client(service.port, '/greetings/Ada', seen, { repeats: true }));
  const idle = Array.from({ length: 4 }, () => client(service.port, '/greetings/idle', seen));
  await sleep(2500);
  const long = [1000, 5000, 9000].map((ms) => client(service.port, `/slow/${ms}`, seen));
  await sleep(200);
  const begun = Date.now();
  service.terminate();
  const fresh = newConnections(service.port, seen, begun + 1800);
  const ending = await service.ended;
  await Promise.all([...busy, ...idle, ...long, fresh]);
  return { ...seen, ending, milliseconds: ending.at - begun };
}

/** Reports whether nothing was lost. The longest request began before and takes 9 s, which is within the drain's time. */
export function isLossless({ answered, lost, told, refused, ending, milliseconds }: Drained): boolean {
  return lost === 0 && refused === 0 && told >= 64 && ending.code === 0 && milliseconds > 8500 && answered > 5000;
}

type Seen = { answered: number; lost: number; told: number; refused: number };

/** Asks over one connection until it ends. It is no HTTP library's, which would hide what is lost by asking again. */
function client(port: number, path: string, seen: Seen, { repeats = false } = {}): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    let text = '';
    let isWaiting = false;
    const ask = () => {
      text = '';
      isWaiting = true;
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    };
    const end = () => {
      if (isWaiting) seen.lost++;
      isWaiting = false;
      resolve();
    };
    socket.on('connect', ask).on('error', end).on('close', end);
    socket.on('data', (data) => {
      text += data.toString('latin1');
      const headers = wholeAnswer(text);
      if (headers === undefined) return;
      isWaiting = false;
      seen.answered++;
      if (headers.includes('connection: close')) {
        seen.told++;
        socket.end();
      } else if (repeats) ask();
    });
  });
}

/** Returns the head of an answer that has come whole, in lower case. */
export function wholeAnswer(text: string): string | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end).toLowerCase();
  const length = /^content-length: (\d+)/m.exec(head);
  if (length) return text.length >= end + 4 + Number(length[1]) ? head : undefined;
  return head.includes('transfer-encoding: chunked') && !text.endsWith('0\r\n\r\n') ? undefined : head;
}

async function newConnections(port: number, seen: Seen, until: number): Promise<void> {
  while (Date.now() < until) {
    try {
      await (await fetch(`http://127.0.0.1:${port}/greetings/new`)).text();
    } catch {
      seen.refused++;
    }
    await sleep(100);
  }
}
