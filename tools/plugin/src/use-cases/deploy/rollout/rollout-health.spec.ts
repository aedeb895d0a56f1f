import type { InMemoryCluster } from '../../../../../twins/src/cluster/in-memory-cluster.ts';
import { releaseIt } from '../../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../../twins/src/release-scenario.ts';
import { planRollback, rollBack } from '../../rollback/rollback.ts';
import { status } from '../../observe/status.ts';

const preprodOf = ({ environments }: ReleaseScenario) => environments.find(({ name }) => name === 'preprod')!;
const clusterOf = (scenario: ReleaseScenario) => scenario.clusters.get('preprod')!;

const certificate = (dnsName = 'shop.example', more = '') => `apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: orders-tls${more} }
spec: { dnsNames: [${dnsName}] }
`;
const route = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: orders }
spec: {}
`;
const annotated = (value: string) => `, annotations: { poc.dev/health: ${value} }`;

/** A service with more manifests, in an environment with little patience. */
function scenarioWith(text: string): ReleaseScenario {
  const scenario = new ReleaseScenario();
  Object.assign(preprodOf(scenario), { rollout: { grace: '1s' } });
  write(scenario, text);
  return scenario;
}

function write(scenario: ReleaseScenario, text: string): void {
  scenario.repository.write('apps/orders/k8s/more.yaml', text);
  scenario.repository.commit();
}

/** Has a controller answer whenever objects are applied. */
function answer(cluster: InMemoryCluster, status: object): void {
  cluster.before = (call) => {
    if (call === 'waitUntilHealthy') cluster.setStatus('Certificate', 'orders-tls', status);
  };
}

const issued = { conditions: [{ type: 'Ready', status: 'True' }] };
const notIssued = { conditions: [{ type: 'Ready', status: 'False', reason: 'Pending', message: 'No issuer' }] };
const stalled = { conditions: [{ type: 'Stalled', status: 'True', reason: 'Bad' }] };

it('serves, with a warning and a remark, when something slow is not healthy within the grace', async () => {
  const scenario = scenarioWith(certificate());
  const cluster = clusterOf(scenario);
  answer(cluster, notIssued);
  await releaseIt(scenario);
  const says = 'Certificate orders-tls is not healthy: It is not ready (Pending): No issuer.';
  expect(scenario.lines).toEqual(
    expect.arrayContaining([
      'preprod: Certificate orders-tls: waiting: It is not ready (Pending): No issuer.',
      `preprod: 20261124-1 serves, but ${says}`,
    ]),
  );
  expect(await cluster.records('orders')).toMatchObject([{ outcome: 'succeeded', reason: `It serves, but ${says}` }]);
});

it('says nothing when it comes in time', async () => {
  const scenario = scenarioWith(certificate());
  answer(clusterOf(scenario), notIssued);
  setTimeout(() => clusterOf(scenario).setStatus('Certificate', 'orders-tls', issued), 300);
  await releaseIt(scenario);
  expect((await clusterOf(scenario).records('orders'))[0]).not.toHaveProperty('reason');
});

it.each([
  ['its controller has given up', certificate(), stalled, /orders-tls is not healthy: Its controller has given up/],
  [
    'it is required',
    certificate('shop.example', annotated('required')),
    notIssued,
    /orders-tls is not healthy: It is not/,
  ],
])('has failed, and goes back, when %s', async (_, text, health, reason) => {
  const scenario = scenarioWith(certificate('before.example'));
  const cluster = clusterOf(scenario);
  answer(cluster, issued);
  await releaseIt(scenario);
  write(scenario, text);
  answer(cluster, health);
  await expect(releaseIt(scenario)).rejects.toThrow(reason);
  const records = await cluster.records('orders');
  expect(records.map(({ outcome, cause }) => `${cause.action} ${outcome}`)).toEqual([
    'automatic-rollback succeeded',
    'deploy failed',
    'deploy succeeded',
  ]);
  expect(cluster.read('Certificate', 'orders-tls')).toMatchObject({ spec: { dnsNames: ['before.example'] } });
});

it('does not look at what is ignored', async () => {
  const scenario = scenarioWith(certificate('shop.example', annotated('ignored')));
  answer(clusterOf(scenario), stalled);
  await releaseIt(scenario);
  expect(scenario.lines.join('\n')).not.toContain('healthy');
  expect(clusterOf(scenario).calls).not.toContain('waitUntilHealthy');
});

it('refuses an annotation that says something else', async () => {
  const scenario = scenarioWith(certificate('shop.example', annotated('optional')));
  await expect(releaseIt(scenario)).rejects.toMatchObject({
    exitCode: 2,
    facts: { reason: expect.stringMatching(/more\.yaml.*Certificate orders-tls has poc\.dev\/health: "optional"\.$/) },
  });
});

describe('what was not healthy before', () => {
  async function released(text: string): Promise<{ scenario: ReleaseScenario; cluster: InMemoryCluster }> {
    const scenario = scenarioWith(text);
    const cluster = clusterOf(scenario);
    if (text !== route) answer(cluster, issued);
    await releaseIt(scenario);
    cluster.before = () => {};
    cluster.calls.splice(0);
    scenario.lines.splice(0);
    return { scenario, cluster };
  }

  it('neither holds up nor fails a release that leaves it as it is', async () => {
    const { scenario, cluster } = await released(certificate());
    cluster.setStatus('Certificate', 'orders-tls', stalled);
    scenario.change('2');
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
    expect(cluster.calls).not.toContain('waitUntilHealthy');
    expect(scenario.lines).toContain(
      'preprod: Certificate orders-tls was not healthy before: Its controller has given up (Bad).',
    );
  });

  it('is of the release that changes it', async () => {
    const { scenario, cluster } = await released(certificate());
    cluster.setStatus('Certificate', 'orders-tls', stalled);
    write(scenario, certificate('other.example'));
    await expect(releaseIt(scenario)).rejects.toThrow('Its controller has given up');
  });

  it('is no excuse for a first release that is tried again', async () => {
    const scenario = scenarioWith(certificate());
    answer(clusterOf(scenario), stalled);
    await expect(releaseIt(scenario)).rejects.toThrow('Its controller has given up');
    await expect(releaseIt(scenario)).rejects.toThrow('Its controller has given up');
  });

  it('may be a route, also on the way back', async () => {
    const { scenario, cluster } = await released(route);
    cluster.refusesRoutes = 'The gateway is gone.';
    scenario.change('2');
    await releaseIt(scenario);
    const { service, ports, reporter } = scenario;
    const request = {
      service,
      environment: preprodOf(scenario),
      environmentNames: [],
      mainBranch: 'main',
      to: undefined,
    };
    const actor = { person: 'ada', run: 'ada@laptop' };
    const plan = await planRollback({ ...request, actor, reason: undefined }, ports);
    expect(await rollBack(plan, { timeoutMs: 1000 }, ports, reporter)).toMatchObject({ state: 'rolled-back' });
    expect(scenario.lines.filter((line) => line.includes('was not healthy before'))).toHaveLength(2);
  });
});

it('is not waited for on the way back, which status tells', async () => {
  const scenario = scenarioWith(certificate());
  const cluster = clusterOf(scenario);
  answer(cluster, issued);
  await releaseIt(scenario);
  write(scenario, certificate('other.example'));
  await releaseIt(scenario);
  cluster.calls.splice(0);
  cluster.before = (call) => {
    if (call === 'waitForEndpoints' || call === 'waitUntilAccepted')
      cluster.setStatus('Certificate', 'orders-tls', notIssued);
  };
  const { service, ports, reporter } = scenario;
  const request = {
    service,
    environment: preprodOf(scenario),
    environmentNames: [],
    mainBranch: 'main',
    to: undefined,
  };
  const actor = { person: 'ada', run: 'ada@laptop' };
  await rollBack(
    await planRollback({ ...request, actor, reason: undefined }, ports),
    { timeoutMs: 1000 },
    ports,
    reporter,
  );
  expect(cluster.calls).not.toContain('waitUntilHealthy');
  const [row] = (
    await status({ environments: [preprodOf(scenario)], services: scenario.services, branch: 'main' }, ports)
  ).services;
  expect(row?.environments[0]).toMatchObject({ unhealthy: [{ kind: 'Certificate', name: 'orders-tls' }] });
});
