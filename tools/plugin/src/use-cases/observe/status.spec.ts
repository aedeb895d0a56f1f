import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { planRollback, rollBack } from '../rollback/rollback.ts';
import { status, type EnvironmentStatus } from './status.ts';
import { watchStatus } from './watch-status.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';

const actor = { person: 'ada', run: 'ada@laptop' };

const clusterOf = (scenario: ReleaseScenario) => scenario.clusters.get('preprod')!;
const requestOf = ({ environments, services }: ReleaseScenario) => ({ environments, services, branch: 'main' });

async function statusOf(scenario: ReleaseScenario) {
  const found = await status(requestOf(scenario), scenario.ports);
  const orders = found.services.find(({ service }) => service === 'orders')!;
  return { ...found, cells: new Map(orders.environments.map((each) => [each.environment, each])) };
}

async function preprodOf(scenario: ReleaseScenario) {
  const cell = (await statusOf(scenario)).cells.get('preprod') as EnvironmentStatus;
  if (cell.state !== 'deployed') throw new Error(cell.state);
  return cell;
}

describe('status', () => {
  it('tells build, commit, who, health and what is nowhere, also when an environment does not answer', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.clusters.get('prod')!.unreachable = 'It is gone.';
    const { cells, branch } = await statusOf(scenario);
    expect(branch).toEqual({ name: 'main', commit: await scenario.repository.headCommit() });
    expect([...cells.keys()]).toEqual(['dev', 'preprod', 'prod']);
    expect(cells.get('dev')).toEqual({ environment: 'dev', state: 'absent' });
    expect(cells.get('prod')).toEqual({
      environment: 'prod',
      state: 'unreachable',
      reason: 'It is gone.',
      remedy: 'Start it.',
    });
    expect(cells.get('preprod')).toMatchObject({
      state: 'deployed',
      running: { buildNumber: '20261124-1', commit: await scenario.repository.headCommit(), health: 'healthy' },
      record: { sequence: 1, outcome: 'succeeded', actor },
      hold: undefined,
      drift: [],
      foreignDigests: [],
      behind: { commits: 0, isLeast: false },
    });
    expect(cells.get('preprod')).not.toHaveProperty('record.manifests');
  });

  it('shows the rest when a kind of objects cannot be read', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    clusterOf(scenario).unreadKinds.set('v1/Service', 'This account may not list services.');
    expect(await preprodOf(scenario)).toMatchObject({
      running: { health: 'healthy' },
      unread: [{ kind: 'v1/Service', reason: 'This account may not list services.' }],
    });
    clusterOf(scenario).unreadKinds.set('batch/v1/CronJob', 'Nobody serves it.');
    expect((await preprodOf(scenario)).unread).toHaveLength(1);
  });

  it('tells which version of the configuration environments have, and takes it for no service', async () => {
    const scenario = new ReleaseScenario();
    const version = BuildNumber.parse('20261124-3')!;
    scenario.clusters.get('dev')!.provisionedWith = version;
    scenario.clusters.get('prod')!.unreachable = 'It is gone.';
    const { provisioned, services } = await statusOf(scenario);
    expect(provisioned).toEqual([{ environment: 'dev', version }]);
    expect(services.map(({ service }) => service)).toEqual(['orders']);
    const one = await status({ ...requestOf(scenario), service: 'orders' }, scenario.ports);
    expect(one.provisioned).toEqual([]);
  });

  it('counts what runs, also when a newer build was the last one to be tried', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    const cluster = clusterOf(scenario);
    const lock = await cluster.lock('orders', actor, () => {});
    const [{ sequence: _, ...first }] = (await cluster.records('orders')) as [DeploymentRecord];
    const release = { ...first.release, commit: await scenario.repository.headCommit() };
    await cluster.closeRecord(await cluster.openRecord({ ...first, release }), { outcome: 'cancelled' });
    await lock.release();
    expect((await preprodOf(scenario)).behind).toEqual({ commits: 1, isLeast: false });
  });

  it('counts the commits of main that matter to the service', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    scenario.repository.write('apps/payments/main.ts', 'another service');
    scenario.repository.commit();
    scenario.change('3');
    expect((await preprodOf(scenario)).behind).toEqual({ commits: 2, isLeast: false });
  });

  it.each([
    [
      'package-lock.json',
      (leftPad: string, other: string) =>
        JSON.stringify({
          lockfileVersion: 3,
          packages: { 'node_modules/left-pad': { version: leftPad }, 'node_modules/other': { version: other } },
        }),
    ],
    [
      'pnpm-lock.yaml',
      (leftPad: string, other: string) =>
        `lockfileVersion: '9.0'\npackages:\n  left-pad@${leftPad}: {}\n  other@${other}: {}\nsnapshots:\n  left-pad@${leftPad}: {}\n  other@${other}: {}\n`,
    ],
    [
      'yarn.lock',
      (leftPad: string, other: string) => `left-pad@*:\n  version "${leftPad}"\n\nother@*:\n  version "${other}"\n`,
    ],
  ])('counts a commit of %s for those whose packages it changes', async (file, lock) => {
    const scenario = new ReleaseScenario();
    scenario.repository.write(file, lock('1.0.0', '1.0.0'));
    scenario.repository.commit();
    await releaseIt(scenario);
    for (const text of [lock('1.0.0', '2.0.0'), lock('1.3.0', '2.0.0'), 'broken']) {
      scenario.repository.write(file, text);
      scenario.repository.commit();
    }
    expect((await preprodOf(scenario)).behind).toEqual({ commits: 1, isLeast: false });
  });

  it.each([
    [
      'bun.lock',
      (leftPad: string, other: string) =>
        JSON.stringify({ packages: { a: [`left-pad@${leftPad}`], b: [`other@${other}`] } }),
    ],
    [
      'npm-shrinkwrap.json',
      (leftPad: string, other: string) =>
        JSON.stringify({
          packages: { 'node_modules/left-pad': { version: leftPad }, 'node_modules/other': { version: other } },
        }),
    ],
    // Of settings, what concerns whatever is built with Node.js.
    ['package.json', (type: string, script: string) => JSON.stringify({ type, scripts: { a: script } })],
    [
      'tsconfig.base.json',
      (target: string, other: string) => JSON.stringify({ compilerOptions: { target, paths: { '@a/b': [other] } } }),
    ],
  ])('counts a commit of %s for those that it concerns', async (file, text) => {
    const scenario = new ReleaseScenario();
    scenario.repository.write(file, text('1.0.0', '1.0.0'));
    scenario.repository.commit();
    await releaseIt(scenario);
    for (const changed of [text('1.0.0', '2.0.0'), text('1.3.0', '2.0.0')]) {
      scenario.repository.write(file, changed);
      scenario.repository.commit();
    }
    expect((await preprodOf(scenario)).behind).toEqual({ commits: 1, isLeast: false });
  });

  it('says so when it cannot be known how far behind something is', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.repository.branchTip = async () => undefined;
    const found = await statusOf(scenario);
    expect(found.branch).toEqual({ name: 'main', problem: 'There is no branch main.' });
    expect(found.cells.get('preprod')).toMatchObject({ behind: { unknown: 'There is no branch main.' } });
  });

  it('tells of drift by whom, of what is gone, and of pods that run another image', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    const cluster = clusterOf(scenario);
    cluster.edit('Deployment', 'orders', 'kubectl-edit', ['spec', 'replicas'], 5);
    cluster.remove('Service', 'orders');
    expect((await preprodOf(scenario)).drift).toEqual(
      [
        { kind: 'Service', name: 'orders', state: 'missing', fields: [] },
        {
          kind: 'Deployment',
          name: 'orders',
          state: 'changed',
          fields: [{ path: 'spec.replicas', applied: '2', live: '5', by: 'kubectl-edit', at: undefined }],
        },
      ]
        .sort((a, b) => (a.kind < b.kind ? -1 : 1))
        .reverse(),
    );
    const other = `sha256:${'f'.repeat(64)}`;
    const observe = cluster.observe.bind(cluster);
    cluster.observe = async (service) =>
      (await observe(service)).map((one) => ({ ...one, running: { ...one.running!, digests: [other] } }));
    expect((await preprodOf(scenario)).foreignDigests).toEqual([other]);
  });

  it('tells of a workload that somebody deleted, and of a service that the workspace no longer has', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    clusterOf(scenario).remove('Deployment', 'orders');
    expect(await preprodOf(scenario)).toMatchObject({
      running: undefined,
      drift: [{ kind: 'Deployment', state: 'missing' }],
    });
    const nobody = () => new Set<string>();
    const none = { services: [], affectedBy: nobody, usersOf: nobody, concernedBy: nobody };
    const found = await status({ ...requestOf(scenario), services: none }, scenario.ports);
    expect(found.services).toMatchObject([{ service: 'orders', isInWorkspace: false }]);
  });

  it('tells of a hold, and of a deployment that goes on', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    scenario.change('2');
    await releaseIt(scenario);
    const environment = scenario.environments.find(({ name }) => name === 'preprod')!;
    const { service, ports, reporter } = scenario;
    const to = {
      environment,
      environmentNames: ['dev', 'preprod', 'prod'],
      mainBranch: 'main',
      actor,
      service,
      to: undefined,
    };
    await rollBack(await planRollback({ ...to, reason: 'wrong totals' }, ports), { timeoutMs: 1000 }, ports, reporter);
    const held = await preprodOf(scenario);
    expect(held.hold).toMatchObject({ reason: 'wrong totals' });
    expect(held.hold?.buildNumber.equals(BuildNumber.parse('20261124-2')!)).toBe(true);
    expect(held.record?.cause.action).toBe('rollback');
    const [newest] = await clusterOf(scenario).records('orders');
    const { sequence: _sequence, outcome: _outcome, ...facts } = newest!;
    await clusterOf(scenario)
      .another()
      .openRecord({ ...facts, manifests: newest!.manifests as KubernetesObject[] });
    expect(await preprodOf(scenario)).toMatchObject({ record: { outcome: 'running' }, drift: [], foreignDigests: [] });
  });
});

describe('watchStatus', () => {
  it('tells again when something changed, and ends with the signal', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    const stop = new AbortController();
    const seen: (string | undefined)[] = [];
    for await (const found of watchStatus(requestOf(scenario), scenario.ports, stop.signal)) {
      const cell = found.services[0]!.environments[1]!;
      seen.push(cell.state === 'deployed' ? cell.running?.buildNumber : cell.state);
      if (seen.at(-1) === '20261124-2') stop.abort();
      else if (seen.length === 1) {
        scenario.change('2');
        await releaseIt(scenario);
      }
    }
    expect(seen[0]).toBe('20261124-1');
    expect(seen.at(-1)).toBe('20261124-2');
  });

  it('says that an environment is gone, and takes up again when it is back', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    const { ports } = scenario;
    const gone = new Refusal({ type: 'cluster-unreachable', doing: 'see', reason: 'It is gone.', remedy: 'Wait.' });
    const cluster: ReleasePorts['cluster'] = async (environment) => {
      const real = await ports.cluster(environment);
      if (environment.name !== 'preprod') return real;
      return Object.assign(Object.create(real) as typeof real, {
        async *changes(signal: AbortSignal) {
          if (clusterOf(scenario).unreachable !== undefined) throw gone;
          yield* real.changes(signal);
        },
      });
    };
    clusterOf(scenario).unreachable = 'It is gone.';
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const found of watchStatus(requestOf(scenario), { ...ports, cluster }, stop.signal)) {
      seen.push(found.services[0]!.environments[1]!.state);
      clusterOf(scenario).unreachable = undefined;
      if (seen.at(-1) === 'deployed') stop.abort();
    }
    expect([seen[0], seen.at(-1)]).toEqual(['unreachable', 'deployed']);
  }, 60_000);
});
