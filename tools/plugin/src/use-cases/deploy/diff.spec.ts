import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { diff, diffCheckout } from './diff.ts';
import { findRelease } from '../revision/find-release.ts';
import { history } from '../observe/history.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';

const actor = { person: 'ada', run: 'ada@laptop' };
const map = (value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { A: ${value}, DB_PASSWORD: ${value} }\n`;

/** Returns the changes that the newest release would make in an environment. */
async function differences(scenario: ReleaseScenario, name = 'preprod') {
  const { service, environments, ports, reporter } = scenario;
  const environment = environments.find((each) => each.name === name)!;
  const target = { service, environment, environmentNames: ['dev', 'preprod', 'prod'], actor };
  const newest = await findRelease('orders', undefined, ports);
  return diff({ ...target, release: newest, allowDowntime: false, adopt: false }, ports, reporter);
}

describe('diff', () => {
  it('finds nothing where the release runs, and everything where it does not', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    expect(await differences(scenario)).toEqual([]);
    expect((await differences(scenario, 'dev')).map(({ action }) => action)).toEqual(['created', 'created', 'created']);
  });

  it('tells field by field what would change, what would go, and changes nothing', async () => {
    const scenario = new ReleaseScenario();
    scenario.repository.write('apps/orders/k8s/settings.yaml', map('one'));
    scenario.repository.commit();
    await releaseIt(scenario);
    const cluster = scenario.clusters.get('preprod')!;
    cluster.edit('Service', 'orders', 'kubectl-edit', ['spec', 'ports'], [{ port: 81 }]);
    scenario.repository.write('apps/orders/k8s/settings.yaml', map('two'));
    scenario.repository.commit();
    cluster.script('orders', { state: 'failed', reason: 'It crashed.', evidence: [] });
    await expect(releaseIt(scenario)).rejects.toThrow();
    cluster.edit('Service', 'orders', 'kubectl-edit', ['spec', 'ports'], [{ port: 82 }]);
    const before = cluster.objects;
    const changes = await differences(scenario);
    const settings = changes.find(({ kind, action }) => kind === 'ConfigMap' && action === 'created');
    expect(settings?.fields).toEqual(
      expect.arrayContaining([
        { path: 'data.A', from: '"one"', to: '"two"' },
        { path: 'data.DB_PASSWORD', from: '***', to: '*** (another)' },
      ]),
    );
    expect(changes.filter(({ action }) => action === 'deleted')).toHaveLength(1);
    const service = changes.find(({ kind }) => kind === 'Service');
    expect(service?.fields).toContainEqual({ path: 'spec.ports[0].port', from: '82', to: '80' });
    expect(cluster.objects).toEqual(before);
  });
});

describe('diffCheckout', () => {
  const compare = (scenario: ReleaseScenario) => {
    const { service, environments, ports, reporter } = scenario;
    const environment = environments.find(({ name }) => name === 'preprod')!;
    const environmentNames = environments.map(({ name }) => name);
    const target = { service, environment, environmentNames, actor, allowDowntime: false, adopt: false };
    return diffCheckout(target, ports, reporter);
  };
  const manifests = 'apps/orders/k8s/all.yaml';

  it('finds nothing where the checkout is what runs', async () => {
    const scenario = new ReleaseScenario();
    const { release } = await releaseIt(scenario);
    expect(await compare(scenario)).toEqual({
      running: release,
      commit: await scenario.repository.headCommit(),
      uncommitted: 0,
      isRebuilt: false,
      changes: [],
    });
  });

  it('shows an edit that no commit holds, and changes nothing', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    const before = scenario.clusters.get('preprod')!.objects;
    const texts = await scenario.repository.workingTreeTexts('apps/orders/k8s');
    scenario.repository.write(manifests, texts.get(manifests)!.replace('replicas: 2', 'replicas: 3'));
    expect(await compare(scenario)).toMatchObject({
      uncommitted: 1,
      isRebuilt: true,
      changes: [{ kind: 'Deployment', fields: [{ path: 'spec.replicas', from: '2', to: '3' }] }],
    });
    expect(scenario.clusters.get('preprod')!.objects).toEqual(before);
  });

  it('tells code that would be built from manifests that would change', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    expect(await compare(scenario)).toMatchObject({ uncommitted: 0, isRebuilt: true, changes: [] });
  });

  it('shows everything as created where nothing was deployed', async () => {
    const found = await compare(new ReleaseScenario());
    expect(found).toMatchObject({ running: undefined, isRebuilt: true });
    expect(found.changes.map(({ action }) => action)).toEqual(['created', 'created', 'created']);
  });
});

describe('history', () => {
  it('tells of every environment, also of one that does not answer', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.clusters.get('prod')!.unreachable = 'It is gone.';
    expect(await history('orders', scenario.environments, scenario.ports)).toMatchObject([
      { environment: 'dev', records: [] },
      { environment: 'preprod', records: [{ sequence: 1, outcome: 'succeeded', actor }] },
      { environment: 'prod', state: 'unreachable', reason: 'It is gone.' },
    ]);
  });
});
