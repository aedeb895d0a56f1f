import { ask, Connection, requestText } from '../http/connection.ts';
import type { Points } from '../points.ts';
import type { RunningService } from '../running-service.ts';
import type { Subject } from '../subject.ts';
import { malformedRequests, type MalformedRequest, type Outcome } from './malformed-requests.ts';

/** Sent behind each: it must not be taken for a request when what is before it was refused. */
const hidden = requestText('/greetings/hidden');
const atOnce = 8;

/** Malformed requests are refused, hurt nobody else, and nothing of them is taken for the next request. */
export async function checkMalformed(subject: Subject, points: Points): Promise<void> {
  await subject.during(async (service) => {
    let isOver = false;
    const neighbour = askOn(service, () => isOver);
    const wrong: string[] = [];
    const left = [...malformedRequests];
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let next = left.shift(); next; next = left.shift()) {
          const seen = await send(service.port, next);
          if (seen !== '') wrong.push(`${next.name}: ${seen}`);
        }
      }),
    );
    points.addNone(`each of ${malformedRequests.length} malformed requests is answered as RFC 9112 says`, wrong);
    await checkHalfClosed(service, points);
    isOver = true;
    const { answered, lost } = await neighbour;
    points.add('a neighbour is answered meanwhile, on its one connection', lost === 0 && answered > 0, `${answered}`);
    points.add('others are answered afterwards', (await ask(service.port, '/greetings/Ada'))?.status === 200);
    await checkPipelining(service, points);
  });
}

/** @returns what is wrong with what was answered; '' when nothing is. */
async function send(port: number, { bytes, allowed, isAmbiguous }: MalformedRequest): Promise<string> {
  const connection = await Connection.open(port);
  try {
    connection.send(bytes + hidden);
    const first = await connection.answer({ withinMs: allowed.includes('waits') ? 1000 : 8000 });
    const outcome: Outcome = first?.status ?? (connection.closed ? 'ends' : 'waits');
    if (!allowed.includes(outcome)) return `it comes to ${outcome}, not to ${allowed.join(' or ')}`;
    // Where there is no doubt about its end, what is behind it is the next request.
    if (!isAmbiguous) return '';
    if (first && first.headers.get('connection')?.toLowerCase() !== 'close') return `${outcome} ends no connection`;
    const second = await connection.answer({ withinMs: 400 });
    return second ? `what is behind it is answered too, with ${second.status}` : '';
  } finally {
    connection.close();
  }
}

/** Asks over one connection again and again. */
async function askOn({ port }: RunningService, isOver: () => boolean): Promise<{ answered: number; lost: number }> {
  const connection = await Connection.open(port);
  let answered = 0;
  while (!isOver()) {
    connection.send(requestText('/greetings/Ada'));
    const answer = await connection.answer();
    if (answer?.status !== 200) return { answered, lost: 1 };
    answered++;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  connection.close();
  return { answered, lost: 0 };
}

/** A client that closes its sending side may be answered or not; one whose body is cut short is not served. */
async function checkHalfClosed({ port }: RunningService, points: Points): Promise<void> {
  for (const [name, text, allowed] of [
    ['a whole request', requestText('/greetings/Ada'), [200, 0]],
    [
      'half a body',
      `${requestText('/echo', { method: 'POST', headers: { 'Content-Length': '100' } })}"abc"`,
      [400, 415, 0],
    ],
    ['half a head', 'GET /greetings/Ada HTTP/1.1\r\nHost: loc', [400, 0]],
    ['nothing', '', [400, 0]],
  ] as const) {
    const connection = await Connection.open(port);
    connection.send(text);
    connection.finish();
    const status = (await connection.answer({ withinMs: 8000 }))?.status ?? 0;
    const isOver = await connection.end(8000);
    connection.close();
    const holds = (allowed as readonly number[]).includes(status) && isOver;
    points.add(`a client that ends its side after ${name} is let go`, holds, `${status}${isOver ? '' : ', and kept'}`);
  }
}

/** That the same eyes see the second answer, when it is due. */
async function checkPipelining({ port }: RunningService, points: Points): Promise<void> {
  const connection = await Connection.open(port);
  const body = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '"abc"' };
  connection.send(requestText('/echo', body) + hidden);
  const statuses = [await connection.answer(), await connection.answer()].map((answer) => answer?.status);
  connection.close();
  points.add('well-formed requests behind each other are all answered', statuses.join() === '200,200', statuses.join());
  const other = await Connection.open(port);
  other.send(`${requestText('/slow/300')}nonsense\r\n\r\n`);
  const before = await other.answer();
  other.close();
  points.add('a request before a malformed one is answered', before?.status === 200, `${before?.status}`);
}
