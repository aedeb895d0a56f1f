import { connect } from 'node:net';
import { once } from 'node:events';
import { createService, type Service } from './create-service.ts';
import { sampleRoutes } from './sample-routes.ts';

let service: Service;
let port: number;

beforeAll(async () => {
  const routes = sampleRoutes({ 'POST /echo': ({ body }, reply) => reply.send(body), 'GET /echo': () => '"here"' });
  const options = { drain: { lingerMs: 0, budgetMs: 0 }, logDestination: { write: () => {} } };
  service = createService({ name: 'sample', ...routes, ...options });
  port = await service.listen(0);
});
afterAll(() => service.drain());

/** Sends bytes as they are. Returns all that comes back until the connection ends, or has been silent for a while. */
async function send(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setTimeout(1_000);
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  socket.on('timeout', () => socket.destroy()).on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

const statuses = (answer: string) => [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
const start = 'POST /echo HTTP/1.1\r\nContent-Type: application/json\r\n';
const smuggled = 'GET /echo HTTP/1.1\r\nHost: a\r\n\r\n';

// What the services of every stack do is in tools/stack-check: here is what Node does of what is allowed.
describe('malformed requests', () => {
  it.each([
    [
      'a length and chunks',
      `${start}Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n"abc"\r\n0\r\n\r\n${smuggled}`,
      [400],
    ],
    ['a header of 300 kB', `${start}Host: a\r\nX-Long: ${'x'.repeat(300_000)}\r\n\r\n`, [431]],
    ['another version', `GET /echo HTTP/2.0\r\nHost: a\r\n\r\n${smuggled}`, [505]],
    ['a method that Node does not know', `FOO /echo HTTP/1.1\r\nHost: a\r\n\r\n${smuggled}`, [501]],
    ['a request for a tunnel', `CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n${smuggled}`, [501]],
  ])('%s', async (_what, text, expected) => {
    const other = fetch(`http://127.0.0.1:${port}/echo`);
    const answer = await send(text);
    expect(statuses(answer)).toEqual(expected);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect((await other).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/echo`)).status).toBe(200);
  });

  it('are answered with a problem', async () => {
    const answer = await send('GET / HTTP/1.1\r\nHost: a\r\nBad Header: 1\r\n\r\n');
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n(.*\r\n)*Content-Type: application\/problem\+json/);
    expect(JSON.parse(body)).toEqual({
      title: 'malformed-request',
      status: 400,
      detail: 'The request is not HTTP.',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });
});
