import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../http/connection.ts';
import type { Points } from '../points.ts';
import type { RunningService } from '../running-service.ts';
import type { Subject } from '../subject.ts';

export const traceId = '0af7651916cd43dd8448eb211c80319c';
export const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

/** Ids that belong into no log, and the one that is as long as it may be. */
const hostileIds = ['a'.repeat(10_000), 'a'.repeat(129), '"}<script>', 'a b', 'a\tb', 'ä', ''];
const longestId = 'a'.repeat(128);

/** One line of log for each request, with the trace of its caller and its id; none for probes. */
export async function checkLog(subject: Subject, points: Points): Promise<void> {
  await subject.during(async (service) => {
    // That it listens, it may say after it was found ready.
    const before = (await linesFrom(service, 0, 1)).length;
    for (const probe of ['startup', 'live', 'ready'])
      for (let i = 0; i < 15; i++) await ask(service.port, `/healthz/${probe}`);
    for (let i = 0; i < 50; i++) {
      const headers = { traceparent, 'X-Request-Id': `given-${i}` };
      const answer = await ask(service.port, '/greetings/Ada', { headers });
      if (answer?.headers.get('x-request-id') !== `given-${i}`)
        points.add('a request keeps the id of its caller', false, answer?.headers.get('x-request-id'));
    }
    const lines = await linesFrom(service, before, 50);
    const bytes = Math.round(lines.join('').length / Math.max(1, lines.length));
    const figure = `${lines.length} lines, ${bytes} bytes each`;
    points.add('one line of log for each of 50 requests, none for 45 probes', lines.length === 50, figure);
    const isRight = (line: string, i: number) => isRequestLine(line, `given-${i}`);
    const wrong = lines.filter((line, i) => !isRight(line, i));
    points.addNone('each has the fields of every stack, and the trace and the id of its caller', wrong);
    await checkIds(service, points);
  });
}

async function checkIds(service: RunningService, points: Points): Promise<void> {
  const kept: string[] = [];
  const before = service.lines().length;
  for (const id of hostileIds) {
    const answer = await ask(service.port, '/greetings/Ada', { headers: { 'X-Request-Id': id } });
    const given = answer?.headers.get('x-request-id') ?? '';
    // Refusing the request is as good.
    if (answer?.status !== 400 && !/^[0-9a-f-]{32,36}$/.test(given)) kept.push(`${id.slice(0, 20)} became ${given}`);
  }
  const twice = await ask(service.port, '/greetings/Ada', { headers: { 'X-Request-Id': 'a', 'x-request-id': 'b' } });
  const ofTwo = twice?.headers.get('x-request-id') ?? '';
  if (!/^[0-9a-f-]{32,36}$/.test(ofTwo)) kept.push(`two became ${ofTwo}`);
  points.addNone('ids that are no words of a log are replaced', kept);
  const longest = await ask(service.port, '/greetings/Ada', { headers: { 'X-Request-Id': longestId } });
  points.add('an id of 128 characters is kept', longest?.headers.get('x-request-id') === longestId);
  const lines = await linesFrom(service, before, hostileIds.length);
  points.addNone(
    'the log holds none of them',
    lines.filter((line) => /a{129}|script|a b|a\\t|ä/.test(line)),
  );
}

/** Returns the lines after the first ones: each is written when the answer has gone. */
async function linesFrom(service: RunningService, before: number, expected: number): Promise<string[]> {
  for (let i = 0; i < 100 && service.lines().length < before + expected; i++) await sleep(50);
  await sleep(200);
  return service.lines().slice(before);
}

/** Reports whether a line is what the services of every stack log of a request. */
export function isRequestLine(line: string, requestId: string): boolean {
  try {
    const fields = JSON.parse(line) as Record<string, unknown>;
    return (
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(fields['time'])) &&
      fields['level'] === 'info' &&
      typeof fields['service'] === 'string' &&
      fields['requestId'] === requestId &&
      Number.isInteger(fields['durationMs']) &&
      fields['message'] === 'request' &&
      fields['method'] === 'GET' &&
      fields['path'] === '/greetings/Ada' &&
      fields['status'] === 200 &&
      fields['traceId'] === traceId
    );
  } catch {
    return false;
  }
}
