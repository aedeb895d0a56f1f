import { setTimeout as sleep } from 'node:timers/promises';
import { ask, Connection, requestText } from '../http/connection.ts';
import type { Points } from '../points.ts';
import type { Subject } from '../subject.ts';

/** The head of a request has 10 s; servers look at it every few seconds only. */
const headSeconds = { least: 8, most: 20 };
const slowConnections = 50;

/** A client that sends the head of a request byte by byte is cut off, and takes nothing from others meanwhile. */
export async function checkSlowHeads(subject: Subject, points: Points): Promise<void> {
  await subject.during(async ({ port, metricsPort }) => {
    const kept = await Connection.open(port);
    kept.send(requestText('/greetings/Ada'));
    await kept.answer();
    const slow = await Promise.all(
      Array.from({ length: slowConnections }, (_, i) => secondsOfSlowHead(i % 5 === 0 ? metricsPort : port)),
    );
    const wrong = slow.filter((seconds) => seconds < headSeconds.least || seconds > headSeconds.most);
    const figure = `${Math.min(...slow).toFixed(1)} to ${Math.max(...slow).toFixed(1)} s`;
    points.add('a head that comes byte by byte is cut off', wrong.length === 0, figure);
    kept.send(requestText('/greetings/Ada'));
    const answer = await kept.answer();
    kept.close();
    points.add('a connection that was idle meanwhile goes on', answer?.status === 200, `${answer?.status}`);
    const other = await ask(port, '/greetings/Ada');
    points.add('others are answered', other?.status === 200, `${other?.status}`);
  });
}

/** @returns for how long a connection was held by sending a header's bytes one by one. */
async function secondsOfSlowHead(port: number): Promise<number> {
  const connection = await Connection.open(port);
  const begun = Date.now();
  connection.send('GET /greetings/slow HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
  while (!connection.closed && Date.now() - begun < 30_000) {
    connection.send('a');
    await sleep(250);
  }
  connection.close();
  return (Date.now() - begun) / 1000;
}
