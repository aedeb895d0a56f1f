import { approvesAll } from '../../../../twins/src/approve-all.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { promote, type PromoteRequest } from './promote.ts';
import { release } from '../release/release.ts';
import { planRollback, rollBack } from '../rollback/rollback.ts';
import { runningIn } from '../../../../contracts/src/running-in.ts';

const actor = { person: 'ada', run: 'ada@laptop' };
const usual = { timeoutMs: 1000, force: false, allowDowntime: false, adopt: false, dryRun: false };
const environmentNames = ['dev', 'preprod', 'prod'];
const named = ({ environments }: ReleaseScenario, name: string) => environments.find((each) => each.name === name)!;

async function released(scenario = new ReleaseScenario(), text = '1'): Promise<ReleaseScenario> {
  const { service, environments, ports, reporter } = scenario;
  scenario.change(text);
  const targets = [named(scenario, 'preprod')];
  const request = {
    service,
    environments,
    targets,
    actor,
    allowDirty: false,
    mainBranch: 'main',
    buildNumber: undefined,
  };
  await release({ ...usual, ...request, approvedBy: undefined }, ports, reporter);
  return scenario;
}

const wait = (scenario: ReleaseScenario, minutes: number) => {
  scenario.now = new Date(scenario.now.getTime() + minutes * 60_000);
};

function up(scenario: ReleaseScenario, wishes: Partial<PromoteRequest> = {}) {
  const { service, ports, reporter } = scenario;
  const way = { from: named(scenario, 'preprod'), to: named(scenario, 'prod') };
  const request = {
    ...usual,
    ...way,
    service,
    environmentNames,
    mainBranch: 'main',
    build: undefined,
    actor,
    ...approvesAll('eve'),
  };
  return promote({ ...request, ...wishes }, ports, reporter);
}

const typeOf = (action: Promise<unknown>) =>
  action.then(
    () => 'not refused',
    ({ exitCode, facts }: { exitCode: number; facts: { type: string } }) => `${exitCode} ${facts.type}`,
  );

describe('promote', () => {
  it('brings the same digest up, with who approved of it', async () => {
    const scenario = await released();
    wait(scenario, 10);
    expect(await up(scenario)).toMatchObject({ state: 'tried', result: { state: 'deployed' } });
    const [prod] = await scenario.clusters.get('prod')!.records('orders');
    const [preprod] = await scenario.clusters.get('preprod')!.records('orders');
    expect(prod).toMatchObject({
      cause: { action: 'promote', approvedBy: { names: ['deployer'], by: 'cluster-identity' } },
      outcome: 'succeeded',
    });
    expect(prod?.release).toEqual(preprod?.release);
    expect(await up(scenario)).toMatchObject({ result: { state: 'unchanged' } });
  });

  it('has nothing to promote of a service that was never deployed upstream', async () => {
    expect(await up(new ReleaseScenario())).toEqual({ state: 'nothing' });
  });

  it('changes nothing in a dry run', async () => {
    const scenario = await released();
    wait(scenario, 10);
    expect(await up(scenario, { dryRun: true })).toMatchObject({ state: 'planned' });
    expect(scenario.clusters.get('prod')!.objects).toEqual([]);
  });

  it('takes the release that is asked for', async () => {
    const scenario = await released();
    wait(scenario, 10);
    await released(scenario, '2');
    await up(scenario, { build: BuildNumber.parse('20261124-1')! });
    expect((await runningIn(scenario.clusters.get('prod')!, 'orders'))?.buildNumber).toBe('20261124-1');
  });

  it('refuses what nobody approved of', async () => {
    const scenario = await released();
    wait(scenario, 10);
    expect(await typeOf(up(scenario, { approvedBy: undefined }))).toBe('2 approval-needed');
    expect(scenario.clusters.get('prod')!.objects).toEqual([]);
  });

  it('refuses what has not run upstream for long enough, unless it must', async () => {
    const scenario = await released();
    wait(scenario, 9);
    expect(await typeOf(up(scenario))).toBe('2 soaking');
    expect(await up(scenario, { force: true })).toMatchObject({
      result: { state: 'deployed', record: { cause: { overrides: ['--force (soaking)'] } } },
    });
  });

  it('does not count the time after it was replaced', async () => {
    const scenario = await released();
    wait(scenario, 1);
    await released(scenario, '2');
    wait(scenario, 20);
    const build = BuildNumber.parse('20261124-1')!;
    await expect(up(scenario, { build })).rejects.toMatchObject({
      facts: {
        type: 'soaking',
        reason: expect.stringContaining('it ran there for 1 min, until 20261124-2 was deployed.') as string,
      },
    });
    expect(await up(scenario, { build, force: true })).toMatchObject({ result: { state: 'deployed' } });
  });

  it('takes the newest that has run for long enough when the last one has not, and says so', async () => {
    const scenario = await released();
    wait(scenario, 30);
    await released(scenario, '2');
    wait(scenario, 12);
    await released(scenario, '3');
    wait(scenario, 3);
    await released(scenario, '4');
    wait(scenario, 5);
    expect(await up(scenario)).toMatchObject({
      release: { buildNumber: BuildNumber.parse('20261124-2') },
      result: { state: 'deployed' },
    });
    expect(scenario.lines).toEqual(
      expect.arrayContaining([
        '20261124-4 has run in preprod for 5 min, and prod asks for 10m; taking 20261124-2, the newest before it that may go',
        '20261124-2 ran for 12 min in preprod; promoting to prod',
      ]),
    );
    // By name it is that one or none, and by force the last one.
    expect(await typeOf(up(scenario, { build: BuildNumber.parse('20261124-4')! }))).toBe('2 soaking');
    expect(await up(scenario, { force: true })).toMatchObject({
      release: { buildNumber: BuildNumber.parse('20261124-4') },
    });
  });

  it('takes the one before while the next is being deployed upstream', async () => {
    const scenario = await released();
    wait(scenario, 30);
    const preprod = scenario.clusters.get('preprod')!.another();
    const [record] = await preprod.records('orders');
    const next = { ...record!.release, buildNumber: BuildNumber.parse('20261124-2')! };
    await preprod.openRecord({ ...record!, release: next, startedAt: scenario.now.toISOString() });
    expect(await up(scenario)).toMatchObject({ release: { buildNumber: BuildNumber.parse('20261124-1') } });
  });

  it('does not take what somebody replaced by an older one upstream', async () => {
    const scenario = await released();
    wait(scenario, 5);
    await released(scenario, '2');
    wait(scenario, 30);
    const preprod = scenario.clusters.get('preprod')!.another();
    const [, first] = await preprod.records('orders');
    const at = scenario.now.toISOString();
    const again = await preprod.openRecord({ ...first!, startedAt: at });
    await preprod.closeRecord(again, { outcome: 'succeeded', finishedAt: at });
    wait(scenario, 5);
    expect(await typeOf(up(scenario))).toBe('2 soaking');
  });

  it.each([
    ['is down', 'down' as const],
    ['is stuck', 'stuck' as const],
    ['is gone', undefined],
  ])('refuses what runs upstream and %s, unless it must', async (_, health) => {
    const scenario = await released();
    wait(scenario, 10);
    const preprod = scenario.clusters.get('preprod')!;
    if (health) preprod.degrade('orders', health);
    else preprod.remove('Deployment', 'orders');
    expect(await typeOf(up(scenario))).toBe('2 unhealthy-upstream');
    expect(scenario.clusters.get('prod')!.objects).toEqual([]);
    expect(await up(scenario, { force: true })).toMatchObject({
      result: { state: 'deployed', record: { cause: { overrides: ['--force (unhealthy-upstream)'] } } },
    });
  });

  describe('an object beside the pods', () => {
    const certificate = (annotations = '') =>
      `apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: { name: orders-tls${annotations} }\nspec: { dnsNames: [shop.example] }\n`;
    const route = 'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: orders }\nspec: {}\n';
    const ready = (status: string) => ({ conditions: [{ type: 'Ready', status, reason: 'Renewing' }] });

    /** Releases with an object more, healthy at the time. */
    async function releasedWith(text: string): Promise<ReleaseScenario> {
      const scenario = new ReleaseScenario();
      scenario.repository.write('apps/orders/k8s/more.yaml', text);
      const preprod = scenario.clusters.get('preprod')!;
      preprod.before = (call) => {
        if (call === 'waitUntilHealthy') preprod.setStatus('Certificate', 'orders-tls', ready('True'));
      };
      await released(scenario);
      wait(scenario, 10);
      preprod.before = () => {};
      scenario.lines.splice(0);
      // What becomes of it in prod is not what this is about.
      Object.assign(named(scenario, 'prod'), { rollout: { grace: '1s' } });
      return scenario;
    }

    it('refuses what runs upstream with a route that nobody takes any more, unless it must', async () => {
      const scenario = await releasedWith(route);
      scenario.clusters.get('preprod')!.refusesRoutes = 'Gateway public does not accept it (NoMatchingParent).';
      await expect(up(scenario, { dryRun: true })).rejects.toMatchObject({
        exitCode: 2,
        facts: {
          type: 'unhealthy-upstream',
          reason: expect.stringMatching(
            /runs in preprod, and HTTPRoute orders is not healthy: Gateway public does not/,
          ),
        },
      });
      expect(await up(scenario, { force: true })).toMatchObject({
        result: { state: 'deployed', record: { cause: { overrides: ['--force (unhealthy-upstream)'] } } },
      });
    });

    it.each([
      ['is required', certificate(', annotations: { poc.dev/health: required }'), ready('False')],
      ['was given up', certificate(), { conditions: [{ type: 'Stalled', status: 'True', reason: 'Bad' }] }],
    ])('refuses what runs upstream without one that %s', async (_, text, status) => {
      const scenario = await releasedWith(text);
      scenario.clusters.get('preprod')!.setStatus('Certificate', 'orders-tls', status);
      expect(await typeOf(up(scenario))).toBe('2 unhealthy-upstream');
    });

    it('warns of one that is slow, and goes on', async () => {
      const scenario = await releasedWith(certificate());
      scenario.clusters.get('preprod')!.setStatus('Certificate', 'orders-tls', ready('False'));
      expect(await up(scenario, { dryRun: true })).toMatchObject({ state: 'planned' });
      expect(scenario.lines).toContainEqual(
        expect.stringMatching(/preprod: Certificate orders-tls is not healthy: It is not ready \(Renewing\)/),
      );
    });
  });

  it('does not ask how another build is doing upstream', async () => {
    const scenario = await released();
    wait(scenario, 10);
    await released(scenario, '2');
    scenario.clusters.get('preprod')!.degrade('orders', 'down');
    const build = BuildNumber.parse('20261124-1')!;
    expect(await up(scenario, { build })).toMatchObject({ result: { state: 'deployed' } });
  });

  it('refuses what was never upstream', async () => {
    const scenario = await released();
    expect(await typeOf(up(scenario, { build: BuildNumber.parse('20261124-9')! }))).toBe('2 not-upstream');
  });

  it('refuses what did not end well upstream, and takes what was put back by itself', async () => {
    const scenario = await released();
    const preprod = scenario.clusters.get('preprod')!;
    preprod.script('orders', { state: 'failed', reason: 'It crashed.', evidence: [] });
    await expect(released(scenario, '2')).rejects.toThrow('It crashed.');
    wait(scenario, 10);
    expect(await typeOf(up(scenario, { build: BuildNumber.parse('20261124-2')! }))).toBe('2 not-verified');
    expect(await up(scenario)).toMatchObject({ release: { buildNumber: BuildNumber.parse('20261124-1') } });
  });

  it('refuses what is held upstream, and takes what was gone back to', async () => {
    const scenario = await released(await released(), '2');
    const { service, ports, reporter } = scenario;
    const environment = named(scenario, 'preprod');
    const request = {
      service,
      environment,
      environmentNames,
      mainBranch: 'main',
      to: undefined,
      actor,
      reason: 'wrong',
    };
    await rollBack(await planRollback(request, ports), { timeoutMs: 1000 }, ports, reporter);
    wait(scenario, 10);
    expect(await typeOf(up(scenario, { build: BuildNumber.parse('20261124-2')! }))).toBe('2 held-upstream');
    expect(await up(scenario)).toMatchObject({ release: { buildNumber: BuildNumber.parse('20261124-1') } });
  });

  it('refuses what lost requests upstream, unless it must', async () => {
    const scenario = await released();
    const preprod = scenario.clusters.get('preprod')!.another();
    const [record] = await preprod.records('orders');
    const probe = { requests: 412, failed: 1, p99: 8, firstFailure: 'answer 503' };
    await preprod.closeRecord(record!, { outcome: 'succeeded', probe });
    wait(scenario, 9);
    expect(await typeOf(up(scenario))).toBe('2 lost-requests');
    expect(await up(scenario, { force: true })).toMatchObject({
      result: { state: 'deployed', record: { cause: { overrides: ['--force (lost-requests, soaking)'] } } },
    });
  });

  it('records no force that nothing needed', async () => {
    const scenario = await released();
    wait(scenario, 10);
    const promoted = await up(scenario, { force: true });
    expect(promoted).toMatchObject({ result: { state: 'deployed' } });
    expect(promoted).not.toHaveProperty('result.record.cause.overrides');
  });
});
