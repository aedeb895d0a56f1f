import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HeldRequests } from '../../../load/src/held-requests.ts';
import { KeptConnections, ensureWrk, readWrk } from '../../../load/src/wrk.ts';
import { chaos } from '../../../soak/src/chaos.ts';
import { fuzz } from '../../../soak/src/fuzz.ts';
import { race } from '../../../soak/src/race.ts';
import { isWholeStream, SoakWorkspace } from '../../../soak/src/soak-workspace.ts';

/** The short form of `npm run soak`. */
let soak: SoakWorkspace;
const say = () => {};

beforeAll(async () => {
  soak = await SoakWorkspace.create('soak');
});
afterAll(() => soak.remove());

it('a deployer that is killed leaves nothing that the same command does not mend, and one that wakes writes nothing', async () => {
  const figures = await chaos(soak, { kills: [0.45, 0.75], suspensions: [0.6], sites: 5, network: false }, say);
  expect(figures).toMatchObject({ killed: 4, suspended: 1, lost: [], stuck: [] });
  expect(figures.requests).toBeGreaterThan(100);
});

it('of deployers that race, the newest build wins', async () => {
  const figures = await race(soak, { deployers: 5 }, say);
  expect(figures).toMatchObject({ lost: [], wrong: [] });
  expect(figures.deployed + figures.superseded).toBe(5);
});

it('nonsense is refused clearly, and changes nothing', async () => {
  // Always the same: what a new seed finds is for `npm run soak`.
  const seed = 1;
  expect(await fuzz(soak, { manifests: 40, optionSets: 20, seed }, say)).toEqual({
    manifests: 40,
    optionSets: 20,
    refused: 60,
    wrong: [],
    changes: [],
    seed,
  });
});

it('reads what wrk says', () => {
  expect(readWrk('  740 requests in 1.00s, 1MB read\n')).toEqual({ requests: 740, problems: [] });
  const bad =
    '  7 requests in 1.00s\n  Socket errors: connect 0, read 2, write 0, timeout 1\n  Non-2xx or 3xx responses: 3\n';
  expect(readWrk(bad)).toEqual({ requests: 7, problems: ['3 bad answers', '2 × read', '1 × timeout'] });
  expect(readWrk('unable to connect').problems).toEqual(['wrk said: unable to connect']);
});

it('sees a stream that is cut, and a kept connection that breaks', async () => {
  await ensureWrk();
  let count = 0;
  const server = createServer((request, answer) => {
    if (request.url === '/stream') {
      answer.write('1\n');
      setTimeout(() => (count % 2 === 0 ? answer.destroy() : answer.end()), 20);
      count++;
    } else if (++count % 50 === 0) request.socket.destroy();
    else answer.end('quick');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const streams = new HeldRequests([{ url: `${url}/stream` }], 1, () => 'a test', isWholeStream);
  const kept = new KeptConnections({ url: `${url}/quick` }, 2, 3, () => 'a test');
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await Promise.all([streams.stop(), kept.stop()]);
  server.close();
  expect(streams.figures.requests).toBeGreaterThan(1);
  expect(streams.figures.failed).toHaveLength(streams.figures.requests);
  expect(kept.figures.requests).toBeGreaterThan(50);
  expect(kept.figures.failed).toEqual([
    { url: `${url}/quick`, what: expect.stringMatching(/^\d+ × read$/), at: expect.any(String), during: 'a test' },
  ]);
});
