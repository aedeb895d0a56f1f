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
  const request = { service, environments, targets, actor, allowDirty: false, buildNumber: undefined };
  await release({ ...usual, ...request, approvedBy: undefined }, ports, reporter);
  return scenario;
}

const wait = (scenario: ReleaseScenario, minutes: number) => {
  scenario.now = new Date(scenario.now.getTime() + minutes * 60_000);
};

function up(scenario: ReleaseScenario, wishes: Partial<PromoteRequest> = {}) {
  const { service, ports, reporter } = scenario;
  const way = { from: named(scenario, 'preprod'), to: named(scenario, 'prod') };
  const request = { ...usual, ...way, service, environmentNames, build: undefined, actor, approvedBy: 'eve' };
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
    expect(prod).toMatchObject({ cause: { action: 'promote', approvedBy: 'eve' }, outcome: 'succeeded' });
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
    const scenario = await released(await released(), '2');
    wait(scenario, 10);
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
    expect(await up(scenario, { force: true })).toMatchObject({ result: { state: 'deployed' } });
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
    const request = { service, environment, environmentNames, to: undefined, actor, reason: 'wrong' };
    await rollBack(await planRollback(request, ports, reporter), { timeoutMs: 1000 }, ports, reporter);
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
    wait(scenario, 10);
    expect(await typeOf(up(scenario))).toBe('2 lost-requests');
    expect(await up(scenario, { force: true })).toMatchObject({ result: { state: 'deployed' } });
  });
});
