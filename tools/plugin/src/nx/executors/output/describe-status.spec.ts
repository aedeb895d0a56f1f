import { releaseIt } from '../../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../../twins/src/release-scenario.ts';
import { status } from '../../../use-cases/observe/status.ts';
import { statusFacts, statusGrid } from './describe-status.ts';
import { plainTerminal } from './terminal.ts';

it('shows what is not healthy beside pods that are, and counts it', async () => {
  const scenario = new ReleaseScenario();
  await releaseIt(scenario);
  const reason = { reason: 'SyncFailed', message: 'no controller' };
  scenario.clusters.get('preprod')!.setStatus('PodDisruptionBudget', 'orders', {
    conditions: [{ type: 'DisruptionAllowed', status: 'False', ...reason }],
  });
  const { environments, services } = scenario;
  const found = await status({ environments, services, branch: 'main' }, scenario.ports);
  const lines = statusGrid(found, { terminal: plainTerminal, now: new Date() });
  expect(lines.join('\n')).toMatch(/2\/2 healthy[^]*UNHEALTHY/);
  const says = 'It cannot be kept (SyncFailed): no controller.';
  expect(lines).toContain(`orders in preprod: PodDisruptionBudget orders is not healthy: ${says}`);
  expect(statusFacts(found.services[0]!)).toMatchObject({
    environments: [{}, { unhealthy: [{ kind: 'PodDisruptionBudget', name: 'orders', state: 'waiting', says }] }, {}],
  });
});

it('has a row of a service that lost its target release, whether it runs somewhere or not', async () => {
  const scenario = new ReleaseScenario();
  await releaseIt(scenario);
  const { environments, services } = scenario;
  const found = await status({ environments, services, branch: 'main' }, scenario.ports);
  const away = { ...found, services: found.services.map((each) => ({ ...each, isInWorkspace: false })) };
  const lost = ['orders', 'pay'].map((service) => ({ service, reason: `${service} has no target release.` }));
  const lines = statusGrid(away, { terminal: plainTerminal, now: new Date(), lost });
  expect(lines.join('\n')).not.toContain('not in this workspace');
  expect(lines.filter((line) => line.startsWith('no target release'))).toHaveLength(2);
  expect(lines).toContainEqual(expect.stringMatching(/^pay +- +- +-$/));
  expect(lines).toContain(plainTerminal.mark('bad', 'pay has no target release.'));
});

it('shows which environments are frozen, and until when', async () => {
  const scenario = new ReleaseScenario();
  const freeze = [{ days: ['tue' as const], zone: 'Europe/Berlin', reason: 'audit' }];
  const environments = scenario.environments.map((each) => (each.name === 'prod' ? { ...each, freeze } : each));
  const found = await status({ environments, services: scenario.services, branch: 'main' }, scenario.ports);
  const lines = statusGrid(found, { terminal: plainTerminal, now: scenario.now });
  expect(lines).toContainEqual(
    expect.stringMatching(/prod is frozen until 2026-11-25 00:00 Europe\/Berlin \(audit\)$/),
  );
});

it('tells that an autoscaler lacks metrics, of a service that is healthy', async () => {
  const scenario = new ReleaseScenario();
  const scaler = 'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: orders }\n';
  const target = '{ apiVersion: apps/v1, kind: Deployment, name: orders }';
  scenario.repository.write(
    'apps/orders/k8s/scaler.yaml',
    `${scaler}spec: { minReplicas: 2, maxReplicas: 4, scaleTargetRef: ${target} }\n`,
  );
  scenario.repository.commit();
  await releaseIt(scenario);
  const reason = { reason: 'FailedGetResourceMetric', message: 'unable to get metrics' };
  scenario.clusters.get('preprod')!.setStatus('HorizontalPodAutoscaler', 'orders', {
    conditions: [{ type: 'ScalingActive', status: 'False', ...reason }],
  });
  const { environments, services } = scenario;
  const found = await status({ environments, services, branch: 'main' }, scenario.ports);
  const lines = statusGrid(found, { terminal: plainTerminal, now: new Date() });
  expect(lines.join('\n')).toMatch(/2\/2 healthy/);
  expect(lines.join('\n')).not.toContain('UNHEALTHY');
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^orders in preprod: HorizontalPodAutoscaler orders: It has no metrics to scale by: .* metrics server.* \(FailedGetResourceMetric\): /,
    ),
  );
  expect(statusFacts(found.services[0]!)).toMatchObject({
    environments: [{}, { unhealthy: [], remarks: [{ kind: 'HorizontalPodAutoscaler', name: 'orders' }] }, {}],
  });
});
