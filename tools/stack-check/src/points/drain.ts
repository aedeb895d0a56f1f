import { setTimeout as sleep } from 'node:timers/promises';
import { ask, Connection, requestText } from '../http/connection.ts';
import type { Points } from '../points.ts';
import type { Ending, RunningService } from '../running-service.ts';
import type { Subject } from '../subject.ts';

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

/** How hard it is tried. */
export interface DrainLoad {
  /** Clients that ask again and again. */
  readonly clients: number;
  /** For how long each rests between an answer and its next request. */
  readonly pauseMs: number;
  /** For how long they ask before SIGTERM. */
  readonly warmUpMs: number;
  /** How long the requests take that are on their way then. */
  readonly longMs: readonly number[];
  /** For how long new connections are made after SIGTERM: they are taken for 2 s. */
  readonly freshMs: number;
}

/** For a machine that does nothing else. */
export const wholeLoad: DrainLoad = {
  ...{ clients: 64, pauseMs: 0, warmUpMs: 2500, longMs: [1000, 5000, 9000], freshMs: 1800 },
};
/** For one that is busy. The last request still outlasts the 2 s for which new connections are taken. */
export const shortLoad: DrainLoad = {
  ...{ clients: 64, pauseMs: 50, warmUpMs: 800, longMs: [500, 1500, 4000], freshMs: 1500 },
};

/** SIGTERM under load loses nothing. */
export function checkDrain(load: DrainLoad) {
  return async (subject: Subject, points: Points): Promise<void> => {
    const drained = await subject.during((service) => drainUnderLoad(service, load));
    const { answered, lost, refused, told, ending, milliseconds } = drained;
    const figures = `${lost} lost of ${answered}, ${refused} refused, ${told} told, exit ${ending.code ?? ending.signal} after ${milliseconds} ms`;
    points.add('SIGTERM under load loses nothing', isLossless(drained, load), figures);
  };
}

/** Load while a service drains: clients that ask again and again, idle ones, long requests and new connections. */
export async function drainUnderLoad(service: RunningService, load: DrainLoad): Promise<Drained> {
  const seen = { answered: 0, lost: 0, told: 0, refused: 0 };
  const busy = Array.from({ length: load.clients }, () =>
    client(service.port, '/greetings/Ada', seen, { pauseMs: load.pauseMs }),
  );
  const idle = Array.from({ length: 4 }, () => client(service.port, '/greetings/idle', seen));
  await sleep(load.warmUpMs);
  const long = load.longMs.map((ms) => client(service.port, `/slow/${ms}`, seen));
  await sleep(200);
  const begun = Date.now();
  service.terminate();
  const fresh = newConnections(service.port, seen, begun + load.freshMs);
  const ending = await service.ended;
  await Promise.all([...busy, ...idle, ...long, fresh]);
  return { ...seen, ending, milliseconds: ending.at - begun };
}

/** Reports whether nothing was lost, and the longest request was waited for. */
export function isLossless({ answered, lost, told, refused, ending, milliseconds }: Drained, load: DrainLoad): boolean {
  const longest = Math.max(...load.longMs) - 500;
  const isWhole = lost === 0 && refused === 0 && told >= load.clients + load.longMs.length - 2;
  return isWhole && ending.code === 0 && milliseconds > longest && answered > told;
}

type Seen = { answered: number; lost: number; told: number; refused: number };

/** Asks over one connection until it ends. */
async function client(port: number, path: string, seen: Seen, { pauseMs }: { pauseMs?: number } = {}): Promise<void> {
  const connection = await Connection.open(port);
  try {
    do {
      connection.send(requestText(path));
      const answer = await connection.answer();
      if (answer?.status !== 200) {
        seen.lost++;
        return;
      }
      seen.answered++;
      if (answer.headers.get('connection')?.toLowerCase() === 'close') {
        seen.told++;
        return;
      }
      if (pauseMs) await sleep(pauseMs);
    } while (pauseMs !== undefined);
    await connection.end(30_000);
  } finally {
    connection.close();
  }
}

async function newConnections(port: number, seen: Seen, until: number): Promise<void> {
  while (Date.now() < until) {
    const answer = await ask(port, '/greetings/new').catch(() => undefined);
    if (answer?.status !== 200) seen.refused++;
    await sleep(100);
  }
}
