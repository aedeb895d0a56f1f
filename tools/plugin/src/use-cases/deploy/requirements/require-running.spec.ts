import { releaseIt } from '../../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../../twins/src/release-scenario.ts';
import { planRollback, rollBack } from '../../rollback/rollback.ts';

const ada = { person: 'ada', run: 'ada@laptop' };

async function deployed() {
  const scenario = new ReleaseScenario();
  await releaseIt(scenario);
  const cluster = scenario.clusters.get('preprod')!;
  const environment = scenario.environments.find(({ name }) => name === 'preprod')!;
  cluster.calls.length = 0;
  return { scenario, cluster, environment };
}

it('asks nothing more of a release that runs and is well', async () => {
  const { scenario, cluster } = await deployed();
  expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'unchanged' } }] });
  expect(cluster.calls).not.toContain('waitUntilReady');
  expect(cluster.calls).not.toContain('observe');
});

it.each(['down', 'stuck', 'degraded'] as const)(
  'fails, and deploys and records nothing, when what runs is %s and stays so',
  async (health) => {
    const { scenario, cluster } = await deployed();
    cluster.degrade('orders', health);
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      exitCode: 1,
      facts: {
        type: 'unhealthy',
        doing: 'deploy orders 20261124-1 to preprod',
        reason: expect.stringMatching(/nothing to deploy, .* not healthy: Deployment orders does not become ready\./),
        remedy: expect.stringContaining('nx run orders:status --env=preprod'),
      },
    });
    expect(scenario.lines.join('\n')).toContain(
      `preprod: 20261124-1 runs already and is not healthy (${health}); waiting for it`,
    );
    expect(await cluster.records('orders')).toHaveLength(1);
    expect(cluster.calls.filter((call) => call.startsWith('apply'))).toEqual([]);
    // A change goes out all the same.
    scenario.change('2');
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
  },
);

it('has nothing to do when what runs becomes well meanwhile', async () => {
  const { scenario, cluster } = await deployed();
  cluster.degrade('orders', 'down');
  cluster.before = (call) => void (call === 'waitUntilReady' && cluster.recover('orders'));
  expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'unchanged' } }] });
});

it('lets an interruption end the wait', async () => {
  const { scenario, cluster } = await deployed();
  cluster.degrade('orders', 'down');
  const stop = new AbortController();
  cluster.before = (call) => void (call === 'waitUntilReady' && stop.abort());
  await expect(releaseIt(scenario, { signal: stop.signal })).rejects.not.toMatchObject({
    facts: { type: 'unhealthy' },
  });
});

it('fails also when it is to go back to what runs and is not well', async () => {
  const { scenario, cluster, environment } = await deployed();
  cluster.degrade('orders', 'down');
  const { service, ports, reporter } = scenario;
  const { buildNumber: to } = (await cluster.records('orders'))[0]!.release;
  const request = { service, environment, environmentNames: [], mainBranch: 'main', to, actor: ada, reason: undefined };
  await expect(
    rollBack(await planRollback(request, ports), { timeoutMs: 1000 }, ports, reporter),
  ).rejects.toMatchObject({
    facts: { type: 'unhealthy' },
  });
});
