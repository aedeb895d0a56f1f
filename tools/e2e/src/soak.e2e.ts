import { readWrk } from './soak/wrk.ts';
import { chaos } from './soak/chaos.ts';
import { fuzz } from './soak/fuzz.ts';
import { race } from './soak/race.ts';
import { SoakWorkspace } from './soak/soak-workspace.ts';

/** What `npm run soak` does at length. */
let soak: SoakWorkspace;
const say = () => {};

beforeAll(async () => {
  soak = await SoakWorkspace.create('soak');
});
afterAll(() => soak.remove());

it('a deployer that is killed leaves nothing that the same command does not mend', async () => {
  const figures = await chaos(soak, { kills: [0.45, 0.75], sites: 4, network: false }, say);
  expect(figures).toMatchObject({ killed: 4, lost: [], stuck: [] });
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
