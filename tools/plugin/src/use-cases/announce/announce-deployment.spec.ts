import { approvesAll } from '../../../../twins/src/approve-all.ts';
import type { Forge } from '../../ports/forge.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { promote } from '../deploy/promote.ts';
import { planRollback, rollBack } from '../rollback/rollback.ts';
import { releaseIt as releaseAs } from '../../../../twins/src/release-it.ts';

const ada = { person: 'ada', run: 'https://ci.example/runs/7' };
const usual = { allowDirty: false, allowDowntime: false, adopt: false, force: false, dryRun: false, timeoutMs: 1000 };
const environmentOf = ({ environments }: ReleaseScenario, name: string) =>
  environments.find((each) => each.name === name)!;
const preprodOf = (scenario: ReleaseScenario) => environmentOf(scenario, 'preprod');
const clusterOf = (scenario: ReleaseScenario) => scenario.clusters.get('preprod')!;

/** Released by a CI, whose run can be linked to. */
const releaseIt = (scenario: ReleaseScenario, wishes: Parameters<typeof releaseAs>[1] = {}) =>
  releaseAs(scenario, { actor: ada, ...wishes });

/** Returns the deployments that the forge shows: each with its state. */
const shown = ({ forge }: ReleaseScenario) =>
  forge.deployments.map(({ environment, ref, state }) => `${environment} ${ref} ${state}`);
const repair = 'Repair it with `nx run infrastructure:audit --repair`.';

describe('a release', () => {
  it('is shown with what is new, the image, and the run that made it', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    const { release: made } = await releaseIt(scenario);
    const { releases } = scenario.forge;
    expect([...releases.keys()]).toEqual(['orders-20261124-1', 'orders-20261124-2']);
    expect(releases.get('orders-20261124-1')?.body).toMatch(
      /^The first release of orders\.\n\n- Commit: [0-9a-f]{40}\n/,
    );
    expect(releases.get('orders-20261124-2')).toEqual({
      tag: expect.objectContaining({ service: 'orders' }),
      commit: made?.commit,
      title: 'orders 20261124-2',
      body: expect.stringMatching(
        new RegExp(
          [
            '^## orders: what changed\n\n20261124-1 .* → 20261124-2 .*\n\n### Commits \\(1\\)\n[^]*',
            `\n- Commit: ${made?.commit}\n- Image: \`${made?.imageDigest}\`\n- Made by: <https://ci.example/runs/7>$`,
          ].join(''),
        ),
      ),
    });
    expect(scenario.lines).toContain('GitHub release: https://forge.example/acme/shop/releases/tag/orders-20261124-2');
  });

  it('links to no run that is none', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario, { actor: { person: 'ada', run: 'ada@laptop' } });
    expect(scenario.forge.releases.get('orders-20261124-1')?.body).not.toContain('laptop');
    expect(scenario.forge.deployments[0]?.links).toEqual({ environment: 'https://preprod.example/' });
  });

  it('asks the forge for nothing when there is nothing to do', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.forge.before = (call) => {
      throw new Error(`asked for ${call}`);
    };
    scenario.lines.length = 0;
    await releaseIt(scenario);
    expect(scenario.lines).toEqual([]);
  });

  it('goes on without a forge, and says so', async () => {
    const scenario = new ReleaseScenario();
    scenario.noForge = 'there is no GITHUB_TOKEN';
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
    expect(scenario.lines.filter((line) => line.includes('GitHub'))).toEqual([
      'no GitHub release: there is no GITHUB_TOKEN',
      'preprod: no GitHub deployment: there is no GITHUB_TOKEN',
    ]);
  });

  it('is silent about a forge where the origin is elsewhere', async () => {
    const scenario = new ReleaseScenario();
    scenario.noForge = 'the origin is not at GitHub';
    scenario.isForgeElsewhere = true;
    await releaseIt(scenario);
    expect(scenario.lines.filter((line) => line.includes('GitHub'))).toEqual([]);
  });

  it('goes on with a forge that keeps no deployments, and says so', async () => {
    const scenario = new ReleaseScenario();
    scenario.forge.hasDeployments = false;
    await releaseIt(scenario);
    expect(scenario.lines).toContain('preprod: no GitHub deployment: forge.example keeps no deployments');
    expect(scenario.lines.filter((line) => line.includes('deployment:'))).toHaveLength(1);
  });
});

describe('deployments', () => {
  it('are shown while they are done, and how they ended', async () => {
    const scenario = new ReleaseScenario();
    let during: string[] = [];
    clusterOf(scenario).before = async (call) => {
      if (call === 'closeRecord') during = shown(scenario);
    };
    const { release: made } = await releaseIt(scenario);
    expect(during).toEqual(['preprod/orders orders-20261124-1 in_progress']);
    const links = { log: 'https://ci.example/runs/7', environment: 'https://preprod.example/' };
    expect(scenario.forge.deployments).toMatchObject([
      {
        environment: 'preprod/orders',
        isProduction: false,
        state: 'success',
        description: 'orders 20261124-1: deploy by ada',
        payload: { service: 'orders', build: '20261124-1', commit: made?.commit, image: made?.imageDigest, ...ada },
        links,
        endings: [{ state: 'success', description: '20261124-1 is serving.', links }],
      },
    ]);
  });

  it('of an environment that is protected are shown as production', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    const { service, ports, reporter } = scenario;
    const way = { from: preprodOf(scenario), to: environmentOf(scenario, 'prod'), build: undefined };
    const request = {
      ...usual,
      ...way,
      force: true,
      service,
      environmentNames: [],
      mainBranch: 'main',
      actor: ada,
      ...approvesAll('eve'),
    };
    await promote(request, ports, reporter);
    expect(scenario.forge.deployments.at(-1)).toMatchObject({
      environment: 'prod/orders',
      isProduction: true,
      state: 'success',
      payload: { action: 'promote' },
    });
  });

  it('that fail are shown as failed, and going back as a deployment of its own', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    clusterOf(scenario).script('orders', { state: 'failed', reason: 'It crashed. '.repeat(50), evidence: [] });
    await expect(releaseIt(scenario)).rejects.toThrow('It crashed.');
    expect(shown(scenario)).toEqual([
      'preprod/orders orders-20261124-1 inactive',
      'preprod/orders orders-20261124-2 failure',
      'preprod/orders orders-20261124-1 success',
    ]);
    expect(scenario.forge.deployments[1]?.endings[0]?.description).toBe(
      'The pods or Jobs failed. [rollout-failed] See the run, or `history --env=preprod`.',
    );
    expect(scenario.forge.deployments[2]?.payload).toMatchObject({ action: 'automatic-rollback' });
  });

  it('are never described with what logs, events and containers said', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    const evidence = ['log of Pod orders-1, orders: private words', 'event of Pod orders-1: private words'];
    clusterOf(scenario).script('orders', { state: 'failed', reason: 'Pod orders-1: private words', evidence });
    await expect(releaseIt(scenario)).rejects.toThrow('private words');
    expect(JSON.stringify([scenario.forge.deployments, [...scenario.forge.releases.values()]])).not.toContain(
      'private',
    );
  });

  it('that go back are shown', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    await releaseIt(scenario);
    const { service, ports, reporter } = scenario;
    const request = {
      service,
      environment: preprodOf(scenario),
      environmentNames: [],
      mainBranch: 'main',
      to: undefined,
      actor: ada,
    };
    await rollBack(await planRollback({ ...request, reason: undefined }, ports), { timeoutMs: 1000 }, ports, reporter);
    expect(shown(scenario).at(-1)).toBe('preprod/orders orders-20261124-1 success');
    expect(scenario.forge.deployments.at(-1)?.payload).toMatchObject({ action: 'rollback' });
  });

  it('that somebody stops, or that break down, are shown as errors', async () => {
    const scenario = new ReleaseScenario();
    const cluster = clusterOf(scenario);
    const stop = new AbortController();
    cluster.script('orders', 'never');
    cluster.before = (call) => {
      if (call === 'waitUntilReady') stop.abort();
    };
    await expect(releaseIt(scenario, { signal: stop.signal, timeoutMs: 60_000 })).rejects.toThrow('interrupted');
    cluster.before = (call) => {
      if (call === 'waitUntilReady') throw new TypeError('a bug');
    };
    await expect(releaseIt(scenario)).rejects.toThrow('a bug');
    expect(scenario.forge.deployments.map(({ state }) => state)).toEqual(['error', 'error']);
  });
});

describe('a forge in trouble', () => {
  it('costs no deployment, is told, and is made up for by the audit', async () => {
    const scenario = new ReleaseScenario();
    scenario.forge.outage = 'It is down.';
    expect(await releaseIt(scenario)).toMatchObject({ built: true, deploys: [{ result: { state: 'deployed' } }] });
    const trouble = `It is down. Try again when it answers. ${repair}`;
    expect(scenario.lines).toContain(`no GitHub release of orders-20261124-1: ${trouble}`);
    expect(scenario.lines).toContain(`preprod: GitHub shows no deployment of preprod/orders: ${trouble}`);
  });

  it.each<[string, keyof Forge]>([
    ['in the middle', 'endDeployment'],
    ['by a bug', 'openDeployment'],
  ])('%s: costs no deployment either', async (_, at) => {
    const scenario = new ReleaseScenario();
    scenario.forge.before = (call) => {
      if (call === at) throw new TypeError('a bug');
    };
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
    expect(scenario.lines.join('\n')).toMatch(
      /^preprod: GitHub (still shows|shows no) .*: a bug\. Repair it with `nx run/m,
    );
  });

  it.each([
    ['that ends by itself', false, 20],
    ['that is asked to stop', true, 3],
  ])(
    'that never answers holds up no deployment %s and no lock, and is not waited for for ever',
    async (_, isStopped, seconds) => {
      jest.useFakeTimers();
      const scenario = new ReleaseScenario();
      const cluster = clusterOf(scenario);
      const asked = new AbortController();
      if (isStopped) cluster.before = (call) => void (call === 'waitUntilReady' && asked.abort());
      scenario.forge.before = () => new Promise(() => {});
      const ended = releaseIt(scenario, { signal: asked.signal }).catch((error: unknown) => error);
      await jest.advanceTimersByTimeAsync(seconds * 1000 - 500);
      expect((await cluster.records('orders'))[0]?.outcome).toBe(isStopped ? 'cancelled' : 'succeeded');
      await (await cluster.lock('orders', ada, () => expect('the lock').toBe('free'))).release();
      await jest.advanceTimersByTimeAsync(60_000);
      await ended;
      jest.useRealTimers();
      expect(scenario.lines).toContain(`GitHub has not answered for ${seconds} s. ${repair}`);
    },
  );
});
