import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HeldRequests } from '../../../load/src/held-requests.ts';
import { PacedRequests } from '../../../load/src/paced-requests.ts';
import { KeptConnections, ensureWrk, readWrk } from '../../../load/src/wrk.ts';
import { chaos, isClusterOfThisMachine } from '../../../soak/src/chaos.ts';
import { door } from '../../../soak/src/door/door.ts';
import { judgeCall, type Call } from '../../../soak/src/door/judge-call.ts';
import { Timeline } from '../../../soak/src/door/timeline.ts';
import { fuzz } from '../../../soak/src/fuzz.ts';
import { Answerers } from '../../../soak/src/gateway/answerers.ts';
import { race } from '../../../soak/src/race.ts';
import { isWholeStream, SoakWorkspace } from '../../../soak/src/soak-workspace.ts';

/** The short form of `npm run soak`. */
let soak: SoakWorkspace;
const say = () => {};

beforeAll(async () => {
  soak = await SoakWorkspace.create('soak');
});
afterAll(() => soak.remove());

it('a deployer that is killed, suspended or cut off, and a cluster that fails, lose nothing', async () => {
  const sizes = {
    ...{ sites: 5, kill: [0.45, 0.75], suspend: [0.6] },
    ...{ leader: [0.5], webhook: [0.3], drain: [0.6], clocks: 1, restart: 1 },
  };
  const figures = await chaos(soak, sizes, say);
  const well = (rounds: number) => ({ rounds, lost: [], stuck: [], rolledBack: [] });
  const isOurs = await isClusterOfThisMachine();
  expect(figures).toMatchObject({
    lost: [],
    of: {
      ...{ kill: well(4), suspend: well(1), network: well(0), leader: well(1), drain: well(1), clocks: well(1) },
      ...{ webhook: well(isOurs ? 1 : 0), restart: well(isOurs ? 5 : 0) },
    },
  });
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

it('clients of API Management get what its current revision documents, released and rolled back', async () => {
  // All moments in which a publisher may be killed are for `npm run soak`, and for the contract of the door.
  const sizes = { requests: 2_000, kill: [], mostMinutes: 4, propagationMs: 3_000 };
  const figures = await door(soak, sizes, say);
  expect(figures).toMatchObject({ failed: 0, wrong: 0, examples: [], problems: [], switches: 2 });
  expect(figures.calls).toBeGreaterThanOrEqual(sizes.requests);
  // Both are asked for what only the newer has, and the newer by its name.
  for (const some of [figures.absent, figures.newer - figures.absent, figures.byRevision])
    expect(some).toBeGreaterThan(0);
});

it('tells calls that were answered by the wrong revision, or by code that does not know it', () => {
  const timeline = new Timeline();
  for (const [at, revision] of [
    [0, 'a'],
    [1_000, 'b'],
  ] as const)
    timeline.add(at, revision);
  const known = { timeline, versions: new Map(Object.entries({ a: 1, b: 2 })), propagationMs: 100 };
  const call = (begun: number, changes: Partial<Call>): Call => ({
    ...{ operation: 'quick', asked: undefined, begun, ended: begun + 10, status: 200 },
    ...changes,
  });
  const verdict = (begun: number, changes: Partial<Call>) => judgeCall(call(begun, changes), known).is;
  const of = (revision: string, build = revision) => ({ revision, build });
  expect([500, 995, 1_050].map((begun) => verdict(begun, of('a', 'b')))).toEqual(Array(3).fill('answered'));
  // Told, and known to all of the door: nobody gets the one before. Nobody gets one that is not current yet.
  expect([verdict(1_101, of('a', 'b')), verdict(500, of('b'))]).toEqual(['wrong', 'wrong']);
  expect(verdict(1_050, of('b', 'a'))).toBe('wrong');
  expect(verdict(1_050, of('b', 'c'))).toBe('wrong');
  const newer = { operation: 'newer', status: 404 } as const;
  expect([500, 1_050, 1_101].map((begun) => verdict(begun, newer))).toEqual(['absent', 'absent', 'failed']);
  expect(verdict(1_050, { ...newer, ...of('b') })).toBe('failed');
  // By its name, a revision may be ahead of the code until it is shown.
  const named = { asked: 'b', revision: 'b' };
  expect([500, 1_101].map((begun) => verdict(begun, { ...newer, ...named }))).toEqual(['absent', 'failed']);
  expect(verdict(500, { ...named, build: 'a' })).toBe('answered');
  expect(verdict(500, { ...named, ...of('a') })).toBe('wrong');
  expect(verdict(500, { error: 'socket hang up' })).toBe('failed');
  expect(verdict(500, { ...of('a'), status: 503 })).toBe('failed');
});

it('reads what wrk says', () => {
  expect(readWrk('  740 requests in 1.00s, 1MB read\n')).toEqual({ requests: 740, problems: [] });
  const bad =
    '  7 requests in 1.00s\n  Socket errors: connect 0, read 2, write 0, timeout 1\n  Non-2xx or 3xx responses: 3\n';
  expect(readWrk(bad)).toEqual({ requests: 7, problems: ['3 bad answers', '2 × read', '1 × timeout'] });
  expect(readWrk('unable to connect').problems).toEqual(['wrk said: unable to connect']);
});

it('keeps its pace, and sees who answers', async () => {
  let count = 0;
  const server = createServer((_, answer) => {
    const build = ++count % 50 === 0 ? 'a stranger' : 'a build';
    if (count % 70 === 0) answer.destroy();
    else answer.writeHead(count % 90 === 0 ? 503 : 200).end(JSON.stringify({ build }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/build`;
  const answerers = new Answerers('a build');
  const kind = { url, host: 'a.localhost', share: 1, send: () => ({ judge: answerers.judge() }) };
  const paced = new PacedRequests([kind], { rate: 200, connections: 3, freshEvery: 4 }, () => 'a test');
  while (count < 250) await new Promise((resolve) => setTimeout(resolve, 50));
  const { requests, fresh, failed, rate } = await paced.stop();
  server.close();
  expect(requests).toBe(count);
  expect(fresh).toBe(Math.floor(count / 4));
  expect(rate.held).toBeLessThan(201);
  const kinds = failed.map(({ what }) => what.replace(/ after \d+ ms$/, '').replace(/.*ECONNRESET/, 'socket hang up'));
  expect(new Set(kinds)).toEqual(
    new Set(['an answer by a stranger, not by a build', 'socket hang up', 'answer 503 {"build":"a build"}']),
  );
  expect(answerers.counts).toEqual(new Map([['a build', requests - failed.length]]));
});

it('forgives a build that goes for as long as its pods may answer, and no other', () => {
  const by = (build: string) => ({ status: 200, body: JSON.stringify({ build }) });
  const answerers = new Answerers('first');
  const early = answerers.judge();
  answerers.also(['second']);
  expect(answerers.judge()(by('first'))).toBeUndefined();
  answerers.soonOnly(['second']);
  expect(answerers.judge()(by('first'))).toBeUndefined();
  answerers.only(['first']);
  // Sent while the second one might answer, and after that.
  expect(early(by('second'))).toBeUndefined();
  expect(answerers.judge()(by('second'))).toBe('an answer by second, not by first');
  expect(answerers.judge()({ status: 404, body: '{"title":"no-such-path"}' })).toMatch(/^an answer by without/);
  expect(answerers.judge()({ status: 503, body: '' })).toBe('answer 503');
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
