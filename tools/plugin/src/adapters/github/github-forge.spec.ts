import type { ForgeAccess } from '../../model/forge/forge-access.ts';
import { Failure } from '../../model/errors/product-error.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { forgeContract } from '../../../../contracts/src/forge-contract.ts';
import { ConnectProxy } from '../../../../simulators/src/connect-proxy.ts';
import { GitHubDescription } from '../../../../simulators/src/github/github-description.ts';
import { GitHubSimulator, simulatorToken, type Trouble } from '../../../../simulators/src/github/github-simulator.ts';
import { GitHubForge } from './github-forge.ts';
import type { Pace } from './octokit.ts';

/** So quick that what has to be waited for is over at once. */
const hurried: Pace = { secondMs: 1, answerMs: 4000, wholeMs: 20_000, spaced: false };
const shop = { host: 'github.com', owner: 'acme', name: 'shop' };
const tag = ReleaseTag.parse('orders-20261124-1')!;
const commit = 'c'.repeat(40);
const release = { tag, commit, title: 'orders 20261124-1', body: 'news' };
const deployment = {
  environment: 'preprod/orders',
  isProduction: false,
  tag,
  payload: { build: '20261124-1' },
  description: 'orders',
  links: {},
};

let description: GitHubDescription;
let simulator: GitHubSimulator;

// It may have to be downloaded first: 20 MB.
beforeAll(async () => {
  description = await GitHubDescription.load();
});
beforeEach(async () => {
  simulator = await GitHubSimulator.start(description);
  simulator.tags.set(`${tag}`, commit);
});
afterEach(async () => {
  await simulator.stop();
  expect(simulator.complaints).toEqual([]);
});

function connect(changes: Partial<ForgeAccess> = {}, pace = hurried): GitHubForge {
  return new GitHubForge({ api: simulator.api, repository: shop, token: simulatorToken, ...changes }, pace);
}

/** Returns its error message. */
async function sayingOf(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failure);
  return `${(error as Failure).facts.type}: ${(error as Failure).explain()}`;
}

const limited = (status: number, seconds: string): Trouble => ({
  kind: 'status',
  status,
  message: 'You have exceeded a secondary rate limit.',
  headers: { 'retry-after': seconds },
});
const broken: Trouble = { kind: 'status', status: 502, message: 'Server Error' };

describe('a repository at the simulator of GitHub', () => {
  forgeContract(async () => ({
    forge: connect(),
    unreachable: connect({ api: 'http://127.0.0.1:9' }),
    hasDeployments: true,
    push: async (pushed) => {
      simulator.tags.set(`${pushed}`, commit);
      return commit;
    },
    stateOf: async (id) => simulator.stateOf(id),
  }));
});

describe('behind a proxy', () => {
  afterEach(() => delete process.env['HTTP_PROXY']);

  it('is reached through it, by a name that only the proxy knows', async () => {
    const { port } = new URL(simulator.api);
    const proxy = await ConnectProxy.start(Number(port));
    process.env['HTTP_PROXY'] = proxy.address;
    const forge = connect({ api: simulator.api.replace(/127\.0\.0\.1|localhost/, 'github.corp.invalid') });
    await forge.publishRelease(release);
    expect(simulator.seen.map(({ path }) => path)).toEqual(['/repos/acme/shop/releases']);
    expect(proxy.asked[0]).toBe(`github.corp.invalid:${port}`);
    simulator.troubles.push(broken);
    await forge.openDeployment(deployment);
    await proxy.stop();
    expect(await sayingOf(forge.openDeployment(deployment))).toContain('forge-unreachable');
    process.env['HTTP_PROXY'] = 'ftp://x';
    const other = connect({ api: 'http://github.corp.invalid' });
    await expect(other.publishRelease(release)).rejects.toMatchObject({ facts: { type: 'bad-proxy' } });
  });
});

describe('what is sent', () => {
  it('takes "latest" from nobody, waits for no checks and merges nothing', async () => {
    const forge = connect();
    await forge.publishRelease(release);
    await forge.openDeployment({ ...deployment, links: { log: 'https://ci.example/1' } });
    expect(simulator.seen.map(({ method, path, body }) => ({ method, path, body }))).toMatchInlineSnapshot(`
     [
       {
         "body": {
           "body": "news",
           "make_latest": "false",
           "name": "orders 20261124-1",
           "tag_name": "orders-20261124-1",
           "target_commitish": "cccccccccccccccccccccccccccccccccccccccc",
         },
         "method": "POST",
         "path": "/repos/acme/shop/releases",
       },
       {
         "body": {
           "auto_merge": false,
           "description": "orders",
           "environment": "preprod/orders",
           "payload": {
             "build": "20261124-1",
           },
           "production_environment": false,
           "ref": "orders-20261124-1",
           "required_contexts": [],
         },
         "method": "POST",
         "path": "/repos/acme/shop/deployments",
       },
       {
         "body": {
           "description": "orders",
           "log_url": "https://ci.example/1",
           "state": "in_progress",
         },
         "method": "POST",
         "path": "/repos/acme/shop/deployments/3/statuses",
       },
     ]
    `);
  });

  it('is the token, to the host of the API alone', async () => {
    const elsewhere = await GitHubSimulator.start(description);
    const headers = { location: `${elsewhere.api}/repos/acme/shop/releases/tags/${tag}` };
    // A repository that was renamed is answered so.
    simulator.troubles.push({ kind: 'status', status: 307, message: 'Moved', headers, foreign: true });
    expect(await sayingOf(connect().release(tag))).toContain('does not accept the token');
    expect(simulator.seen.map(({ authorization }) => authorization)).toEqual([`token ${simulatorToken}`]);
    expect(elsewhere.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
    await elsewhere.stop();
  });
});

describe('what is asked of many', () => {
  const tags = Array.from({ length: 250 }, (_, index) => ReleaseTag.parse(`orders-20261124-${index + 1}`)!);
  const environments = Array.from({ length: 120 }, (_, index) => `preprod/service-${index}`);

  it('takes one request for a hundred', async () => {
    const forge = connect();
    await forge.publishRelease(release);
    simulator.seen.length = 0;
    const { found, failure } = await forge.releasesOf(tags);
    expect([found.size, [...found.values()].filter(Boolean).length, failure]).toEqual([250, 1, undefined]);
    expect(simulator.seen).toHaveLength(3);
    expect(await forge.newestDeployments(environments)).toMatchObject({ found: expect.any(Map) });
    expect(simulator.seen).toHaveLength(5);
  });

  it('leaves others the last tenth of a limit, and says when it ends', async () => {
    simulator.remaining = 102;
    const { found, failure } = await connect().releasesOf(tags);
    expect(found.size).toBe(200);
    expect(failure?.facts).toMatchObject({
      type: 'forge-limits-requests',
      reason: 'The token has 100 of 1000 requests left, which other jobs need.',
      remedy: 'Try again after 12:30:00 UTC.',
    });
  });

  it('keeps what was found before a failure', async () => {
    const forge = connect();
    const refuse = { kind: 'status', status: 403, message: 'Resource not accessible' } as const;
    simulator.remaining = 0;
    expect((await forge.releasesOf(tags)).failure?.facts).toMatchObject({
      type: 'forge-limits-requests',
      remedy: 'Try again after 12:30:00 UTC.',
    });
    simulator.remaining = undefined;
    simulator.troubles.push({ ...refuse, foreign: true });
    expect((await forge.releasesOf(tags)).failure?.facts.type).toBe('forge-denies-access');
    const elsewhere = connect({ repository: { ...shop, name: 'other' } });
    expect((await elsewhere.releasesOf(tags)).failure?.facts.type).toBe('forge-denies-access');
  });

  it('is asked one by one where there is no GraphQL', async () => {
    simulator.hasGraphql = false;
    const forge = connect();
    await forge.publishRelease(release);
    simulator.seen.length = 0;
    const { found } = await forge.releasesOf(tags.slice(0, 10));
    expect([found.size, [...found.values()].filter(Boolean).length]).toEqual([10, 1]);
    expect(simulator.seen).toHaveLength(11);
  });
});

describe('trouble that passes', () => {
  it.each<[string, Trouble[]]>([
    ['two answers of 502', [broken, broken]],
    ['a broken connection', [{ kind: 'reset' }]],
    ['an answer that does not come', [{ kind: 'silence' }]],
    ['a secondary limit (403)', [limited(403, '3')]],
    ['a secondary limit (429)', [limited(429, '3')]],
    [
      'the primary limit',
      [
        {
          kind: 'status',
          status: 403,
          message: 'API rate limit exceeded',
          headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
        },
      ],
    ],
  ])('%s: is waited for', async (_, troubles) => {
    simulator.troubles.push(...troubles);
    expect(await connect().publishRelease(release)).toMatchObject({ made: 'created' });
    expect(simulator.seen).toHaveLength(troubles.length + 1);
  });

  it('makes no second release when the answer to the first was lost', async () => {
    simulator.troubles.push({ kind: 'lost' });
    expect(await connect().publishRelease(release)).toMatchObject({ made: 'exists' });
  });

  it('heals: what an outage kept from being made is made afterwards', async () => {
    simulator.outage = true;
    const forge = connect();
    expect(await sayingOf(forge.publishRelease(release))).toContain('forge-unreachable');
    simulator.outage = false;
    expect(await forge.publishRelease(release)).toMatchObject({ made: 'created' });
    expect(await forge.publishRelease(release)).toMatchObject({ made: 'exists' });
  });
});

describe('trouble that does not pass', () => {
  it.each<[string, Trouble[], string]>([
    ['fails', [broken, broken, broken], 'forge-fails: Could not publish the release orders-20261124-1: 127.0.0.1:'],
    ['wants an hour of patience', [limited(403, '3600')], 'forge-limits-requests'],
    ['limits again and again', [limited(429, '1'), limited(429, '1'), limited(429, '1')], 'forge-limits-requests'],
    ['says 429 and no more', [{ kind: 'status', status: 429, message: 'slow down' }], 'forge-limits-requests'],
    [
      'answers what nobody expects',
      [{ kind: 'status', status: 418, message: 'teapot', foreign: true }],
      'forge-answers-oddly',
    ],
  ])('%s', async (_, troubles, says) => {
    simulator.troubles.push(...troubles);
    expect(await sayingOf(connect().publishRelease(release))).toContain(says);
    expect(simulator.seen).toHaveLength(troubles.length);
  });

  it('is silence: it is given up', async () => {
    simulator.troubles.push({ kind: 'silence' });
    const says = await sayingOf(connect({}, { ...hurried, answerMs: 60_000, wholeMs: 200 }).publishRelease(release));
    expect(says).toContain('forge-timeout');
    expect(says).toContain('no answer within 0.2 s');
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'a token that is not taken',
      () => connect({ token: 'ghp_other' }).publishRelease(release),
      'does not accept the token (401)',
    ],
    [
      'a token that may not release',
      () => (simulator.lacking.add('contents'), connect().publishRelease(release)),
      'It needs "contents: write"',
    ],
    [
      'a token that may not deploy',
      () => (simulator.lacking.add('deployments'), connect().openDeployment(deployment)),
      'It needs "deployments: write"',
    ],
    [
      'a repository that is not shown',
      () => connect({ repository: { ...shop, name: 'other' } }).openDeployment(deployment),
      'has no acme/other, or does not show it to the token (404)',
    ],
    [
      'a body that is too long',
      () => connect().publishRelease({ ...release, body: 'x'.repeat(125_001) }),
      'body is too long',
    ],
  ])('is %s', async (_, action, says) => {
    expect(await sayingOf(action())).toContain(says);
  });

  it('never shows the token, though the server does', async () => {
    simulator.troubles.push({ kind: 'status', status: 403, message: `no ${simulatorToken} here` });
    const says = await sayingOf(connect().publishRelease(release));
    expect(says).toContain('no *** here');
    expect(says).not.toContain(simulatorToken);
  });
});

it('the simulator complains of what GitHub does not know', async () => {
  const headers = { authorization: `token ${simulatorToken}` };
  const post = (path: string, body: object) =>
    fetch(`${simulator.api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  await post('/repos/acme/shop/releases', { tag_name: 'a', make_latest: false, titel: 'a' });
  await fetch(`${simulator.api}/repos/acme/shop/deployments?env=a&per_page=x`, { headers });
  await post('/repos/acme/shop/nothing', {});
  expect(simulator.complaints.splice(0)).toEqual([
    'the body for /repos/{owner}/{repo}/releases: /make_latest must be string',
    'the body for /repos/{owner}/{repo}/releases: /make_latest must be equal to one of the allowed values',
    'the body for /repos/{owner}/{repo}/releases: unknown field /titel',
    'unknown query parameter env',
    'per_page is no integer: x',
    'GitHub has no POST there',
  ]);
});
