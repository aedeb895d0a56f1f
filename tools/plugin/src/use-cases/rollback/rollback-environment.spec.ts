import type { ServiceSource } from '../../ports/service-source.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { release } from '../release/release.ts';
import { describeRollback } from './rollback.ts';
import {
  planEnvironmentRollback,
  rollBackEnvironment,
  type EnvironmentRollbackRequest,
} from './rollback-environment.ts';
import { runningIn } from '../../../../contracts/src/running-in.ts';

const actor = { person: 'ada', run: 'ada@laptop' };
const usual = {
  timeoutMs: 1000,
  force: false,
  allowDowntime: false,
  adopt: false,
  dryRun: false,
  approvedBy: undefined,
};
const environmentNames = ['dev', 'preprod', 'prod'];
const preprodOf = ({ environments }: ReleaseScenario) => environments.find(({ name }) => name === 'preprod')!;

async function releaseNext(scenario: ReleaseScenario, text: string): Promise<Date> {
  const { service, environments, ports, reporter } = scenario;
  scenario.now = new Date(scenario.now.getTime() + 60_000);
  scenario.change(text);
  const targets = [preprodOf(scenario)];
  const request = {
    service,
    environments,
    targets,
    actor,
    allowDirty: false,
    mainBranch: 'main',
    buildNumber: undefined,
  };
  await release({ ...usual, ...request }, ports, reporter);
  return scenario.now;
}

function requestOf(scenario: ReleaseScenario, to: EnvironmentRollbackRequest['to']): EnvironmentRollbackRequest {
  const service = (): ServiceSource => scenario.service;
  return {
    environment: preprodOf(scenario),
    environmentNames,
    mainBranch: 'main',
    to,
    actor,
    reason: 'all wrong',
    service,
  };
}

const planOf = (scenario: ReleaseScenario, to: EnvironmentRollbackRequest['to']) =>
  planEnvironmentRollback(requestOf(scenario, to), scenario.ports);

describe('an environment', () => {
  it('goes back to what it was at a moment, or when a deployment had ended', async () => {
    const scenario = new ReleaseScenario();
    const first = await releaseNext(scenario, '1');
    await releaseNext(scenario, '2');
    await releaseNext(scenario, '3');
    const cluster = scenario.clusters.get('preprod')!;
    const before = cluster.objects;
    const plan = await planOf(scenario, new Date(first.getTime() + 30_000));
    expect(plan).toMatchObject({ same: [], younger: [] });
    expect(plan.plans.map(({ release: { buildNumber } }) => String(buildNumber))).toEqual(['20261124-1']);
    expect(cluster.objects).toEqual(before);
    const results = await rollBackEnvironment(plan, { timeoutMs: 1000 }, scenario.ports, () => scenario.reporter);
    expect(results).toMatchObject([{ service: 'orders', result: { state: 'rolled-back' } }]);
    expect((await runningIn(cluster, 'orders'))?.buildNumber).toBe('20261124-1');

    const byRecord = await planOf(scenario, { service: 'orders', sequence: 2 });
    expect(byRecord.plans.map(({ release: { buildNumber } }) => String(buildNumber))).toEqual(['20261124-2']);
    expect(await planOf(scenario, scenario.now)).toMatchObject({ plans: [], same: ['orders'] });
  });

  it('keeps what was not there yet, and refuses what nobody knows any more', async () => {
    const scenario = new ReleaseScenario();
    const start = scenario.now;
    await releaseNext(scenario, '1');
    expect(await planOf(scenario, start)).toMatchObject({ plans: [], younger: ['orders'] });
    await expect(planOf(scenario, { service: 'orders', sequence: 9 })).rejects.toMatchObject({
      exitCode: 2,
      facts: { type: 'no-such-record' },
    });
    for (let count = 2; count <= 25; count++) await releaseNext(scenario, String(count));
    await expect(planOf(scenario, start)).rejects.toMatchObject({ exitCode: 2, facts: { type: 'too-long-ago' } });
  });

  it('does not begin when one service cannot go back', async () => {
    const scenario = new ReleaseScenario();
    const first = await releaseNext(scenario, '1');
    await releaseNext(scenario, '2');
    scenario.registry.clear();
    await expect(planOf(scenario, first)).rejects.toMatchObject({ exitCode: 2, facts: { type: 'image-missing' } });
  });

  it('goes back by its record where the workspace has the service no more', async () => {
    const scenario = new ReleaseScenario();
    const first = await releaseNext(scenario, '1');
    await releaseNext(scenario, '2');
    const service = (): ServiceSource => {
      throw new Refusal({ type: 'no-such-service', doing: 'find it', reason: 'It is gone.', remedy: 'None.' });
    };
    const plan = await planEnvironmentRollback({ ...requestOf(scenario, first), service }, scenario.ports);
    expect(await describeRollback(plan.plans[0]!, scenario.ports)).toContain(
      'preprod: orders is not in this workspace any more: it rolls back to what its record holds',
    );
    await rollBackEnvironment(plan, { timeoutMs: 1000 }, scenario.ports, () => scenario.reporter);
    expect((await runningIn(scenario.clusters.get('preprod')!, 'orders'))?.buildNumber).toBe('20261124-1');
  });
});
