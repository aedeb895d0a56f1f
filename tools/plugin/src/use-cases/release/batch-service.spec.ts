import { approvesAll } from '../../../../twins/src/approve-all.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { runningIn } from '../../../../contracts/src/running-in.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { audit } from '../audit/audit.ts';
import { diff } from '../deploy/diff.ts';
import { promote } from '../deploy/promote.ts';
import { history } from '../observe/history.ts';
import { metrics } from '../observe/metrics.ts';
import { outdated } from '../observe/outdated.ts';
import { status } from '../observe/status.ts';
import { where } from '../observe/where.ts';
import { findRelease } from '../revision/find-release.ts';
import { describeRollback, planRollback, rollBack } from '../rollback/rollback.ts';

const actor = { person: 'ada', run: 'ada@laptop' };
const usual = { timeoutMs: 1000, force: false, allowDowntime: false, adopt: false, dryRun: false, actor };
const environmentNames = ['dev', 'preprod', 'prod'];

const container = '{ name: orders, image: orders, envFrom: [{ configMapRef: { name: orders } }] }';
const cronJob = (name: string) => `
apiVersion: batch/v1
kind: CronJob
metadata: { name: ${name} }
spec:
  schedule: "0 3 * * *"
  jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [${container}] } } } }
`;
const job = `
apiVersion: batch/v1
kind: Job
metadata: { name: import }
spec: { template: { spec: { containers: [${container}] } } }
`;
const configMap = (text: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: orders }\ndata: { TEXT: ${text} }\n`;
const worker = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders }
spec: { template: { spec: { containers: [{ name: orders, image: orders, livenessProbe: { exec: { command: ['true'] } } }] } } }
`;
const statefulSet = worker.replace('Deployment', 'StatefulSet').replace('spec: {', 'spec: { serviceName: orders,');

/** A service with these manifests instead of a Deployment behind a Service, that nothing was released of yet. */
function serviceOf(files: Readonly<Record<string, string>>): ReleaseScenario {
  const scenario = new ReleaseScenario();
  scenario.repository.write('apps/orders/k8s/all.yaml', '# moved');
  return write(scenario, files);
}

function write(scenario: ReleaseScenario, files: Readonly<Record<string, string>>): ReleaseScenario {
  for (const [name, text] of Object.entries(files)) scenario.repository.write(`apps/orders/k8s/${name}.yaml`, text);
  scenario.change(JSON.stringify(files));
  return scenario;
}

const clusterOf = (scenario: ReleaseScenario) => scenario.clusters.get('preprod')!;
const named = ({ environments }: ReleaseScenario, name: string) => environments.find((each) => each.name === name)!;

async function statusOf(scenario: ReleaseScenario) {
  const { environments, services, ports } = scenario;
  const found = await status({ environments, services, branch: 'main' }, ports);
  return found.services[0]?.environments.find(({ environment }) => environment === 'preprod');
}

async function findingsOf(scenario: ReleaseScenario) {
  const { environments, services, ports } = scenario;
  return (await audit({ environments, services, mainBranch: 'main' }, ports)).findings;
}

function up(scenario: ReleaseScenario) {
  const { service, ports, reporter } = scenario;
  const way = { from: named(scenario, 'preprod'), to: named(scenario, 'prod') };
  return promote(
    { ...usual, ...way, service, environmentNames, mainBranch: 'main', build: undefined, ...approvesAll('eve') },
    ports,
    reporter,
  );
}

async function goBack(scenario: ReleaseScenario) {
  const { service, ports, reporter } = scenario;
  const request = {
    service,
    environment: named(scenario, 'preprod'),
    environmentNames,
    mainBranch: 'main',
    to: undefined,
    actor,
  };
  return rollBack(await planRollback({ ...request, reason: undefined }, ports), usual, ports, reporter);
}

describe.each([
  ['one CronJob', { cron: cronJob('orders'), config: configMap('a') }, 'healthy'],
  ['several CronJobs', { cron: `${cronJob('orders')}---${cronJob('nightly')}`, config: configMap('a') }, 'healthy'],
  ['Jobs that run once per release', { 'jobs/import': job, config: configMap('a') }, 'done'],
  ['nothing but a Job', { 'jobs/import': job.replace(/, envFrom.*?\]/, '') }, 'done'],
  ['a worker', { worker, config: configMap('a') }, 'healthy'],
  ['a StatefulSet', { set: statefulSet, config: configMap('a') }, 'healthy'],
])('a service of %s', (_, files, health) => {
  it('is released, looked at, gone back from, held and promoted like any other', async () => {
    const scenario = serviceOf(files);
    const { service, ports, environments, services, reporter } = scenario;
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
    expect(scenario.lines).toContain('preprod: not probed: it takes no requests');
    expect(scenario.lines.filter((line) => /lost|Requests would fail|replicas|readinessProbe/.test(line))).toEqual([]);
    write(scenario, { config: configMap('b') });
    await releaseIt(scenario);
    const running = { buildNumber: '20261124-2', health };
    expect(await statusOf(scenario)).toMatchObject({ state: 'deployed', running, drift: [], behind: { commits: 0 } });
    expect(await findingsOf(scenario)).toEqual([]);
    const [past] = await history('orders', [named(scenario, 'preprod')], ports);
    expect(past).toMatchObject({ records: [{ outcome: 'succeeded' }, { outcome: 'succeeded' }] });
    const commit = await scenario.repository.headCommit();
    expect((await where({ commit, environments, services }, ports)).services[0]?.environments[1]).toMatchObject({
      state: 'runs',
      buildNumber: '20261124-2',
    });
    const inPreprod = [named(scenario, 'preprod')];
    expect(await outdated({ environments: inPreprod, services: [service] }, ports)).toEqual([]);
    const release = await findRelease('orders', BuildNumber.parse('20261124-1')!, ports);
    const target = { ...usual, service, environment: inPreprod[0]!, environmentNames, mainBranch: 'main', release };
    expect((await diff(target, ports, reporter)).map(({ kind }) => kind)).toContain('ConfigMap');

    scenario.now = new Date(scenario.now.getTime() + 3600_000);
    expect(await up(scenario)).toMatchObject({ state: 'tried', result: { state: 'deployed' } });
    expect(await goBack(scenario)).toMatchObject({ state: 'rolled-back' });
    expect(await runningIn(clusterOf(scenario), 'orders')).toMatchObject({ buildNumber: '20261124-1', health });
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'held' } }] });
    expect(await findingsOf(scenario)).toEqual([]);
    const measured = await metrics({ environment: inPreprod[0]!, services, period: 86_400_000 }, ports);
    expect(measured).toMatchObject({ services: [{ service: 'orders', deployments: 3 }] });
  });
});

describe('a CronJob', () => {
  it('says which build its runs are of', async () => {
    const scenario = serviceOf({ cron: cronJob('orders'), config: configMap('a') });
    await releaseIt(scenario);
    expect(clusterOf(scenario).read('CronJob', 'orders')).toMatchObject({
      metadata: { annotations: { 'poc.dev/build-number': '20261124-1' } },
      spec: { jobTemplate: { metadata: { annotations: { 'poc.dev/build-number': '20261124-1' } } } },
    });
  });

  it('goes back with its image alone, where nothing else has changed', async () => {
    const scenario = serviceOf({ cron: cronJob('orders'), config: configMap('a') });
    const { service, ports } = scenario;
    await releaseIt(scenario);
    scenario.change('3');
    await releaseIt(scenario);
    const request = {
      service,
      environment: named(scenario, 'preprod'),
      environmentNames,
      mainBranch: 'main',
      to: undefined,
      actor,
    };
    const planned = await planRollback({ ...request, reason: undefined }, ports);
    const lines = await describeRollback(planned, ports);
    expect(lines.join('\n')).not.toContain('also rolled back');
  });

  it('is missed when somebody deleted it, and removed when it is no longer among the manifests', async () => {
    const files = { cron: cronJob('orders'), more: cronJob('nightly'), config: configMap('a') };
    const scenario = serviceOf(files);
    await releaseIt(scenario);
    write(scenario, { more: '# gone' });
    await releaseIt(scenario);
    expect(clusterOf(scenario).read('CronJob', 'nightly')).toBeUndefined();
    clusterOf(scenario).remove('CronJob', 'orders');
    expect(await statusOf(scenario)).toMatchObject({ running: undefined, drift: [{ state: 'missing' }] });
    expect((await findingsOf(scenario)).map(({ type }) => type)).toEqual(['not-running', 'drift']);
  });

  it('whose image somebody changed is found', async () => {
    const scenario = serviceOf({ cron: cronJob('orders'), config: configMap('a') });
    await releaseIt(scenario);
    const template = ['spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers'];
    const other = `acr.example/orders:x@sha256:${'e'.repeat(64)}`;
    clusterOf(scenario).edit('CronJob', 'orders', 'kubectl-set', template, [{ name: 'orders', image: other }]);
    expect((await findingsOf(scenario)).map(({ type }) => type)).toEqual(['other-image', 'drift']);
  });

  it('whose last run failed keeps the build from being promoted; one that is suspended does not', async () => {
    const scenario = serviceOf({ cron: cronJob('orders'), config: configMap('a') });
    await releaseIt(scenario);
    scenario.now = new Date(scenario.now.getTime() + 3600_000);
    const ran = (field: string) =>
      clusterOf(scenario).edit('CronJob', 'orders', 'controller', ['status', field], scenario.now.toISOString());
    ran('lastScheduleTime');
    expect(await statusOf(scenario)).toMatchObject({ running: { health: 'failing' } });
    await expect(up(scenario)).rejects.toMatchObject({
      facts: { type: 'unhealthy-upstream', reason: expect.stringContaining('the last run of CronJob orders did not') },
    });
    clusterOf(scenario).edit('CronJob', 'orders', 'kubectl-patch', ['spec', 'suspend'], true);
    expect(await statusOf(scenario)).toMatchObject({ running: { health: 'suspended' } });
    expect(await up(scenario)).toMatchObject({ state: 'tried' });
  });
});

it('has not failed as a Job of before did, when the Job of a release fails', async () => {
  const scenario = serviceOf({ 'jobs/import': job, config: configMap('a') });
  clusterOf(scenario).scriptJob('import', { exitCode: 1 });
  await expect(releaseIt(scenario)).rejects.toMatchObject({ facts: { reason: expect.stringContaining('exited') } });
  expect(await statusOf(scenario)).toMatchObject({ running: { health: 'failing', buildNumber: undefined } });
});

describe('a service of one pod whose manifest says why', () => {
  const why = 'One pod, for its licence is for one process.';
  const singleton = worker.replace(
    '{ name: orders }',
    `{ name: orders, annotations: { poc.dev/allow-downtime: "${why}" } }`,
  );
  const service =
    'apiVersion: v1\nkind: Service\nmetadata: { name: orders }\nspec: { selector: { app.kubernetes.io/name: orders }, ports: [{ port: 80 }] }\n';
  const exceptions = [
    {
      object: 'Deployment orders',
      reason: why,
      lifted: expect.arrayContaining(['spec.replicas', 'PodDisruptionBudget']),
    },
  ];

  it('is released without an option, which its record and status tell, also after going back', async () => {
    const scenario = serviceOf({ worker: singleton, service });
    const { ports, reporter } = scenario;
    await releaseIt(scenario, { dryRun: true });
    expect(scenario.lines).toContainEqual(expect.stringContaining(`spec.replicas: there are 1; `));
    expect(scenario.lines).toContainEqual(expect.stringContaining(`Accepted: ${why}`));
    await releaseIt(scenario);
    write(scenario, { config: configMap('b') });
    await releaseIt(scenario);
    const records = () => clusterOf(scenario).records('orders');
    expect((await records())[0]).toMatchObject({ exceptions, cause: { action: 'deploy' } });
    expect((await records())[0]?.cause).not.toHaveProperty('overrides');
    await goBack(scenario);
    expect((await records())[0]).toMatchObject({ exceptions, cause: { action: 'rollback' } });
    expect(await statusOf(scenario)).toMatchObject({ record: { exceptions } });

    const [environment] = scenario.environments;
    const release = await findRelease('orders', BuildNumber.parse('20261124-2')!, ports);
    scenario.lines.length = 0;
    await diff(
      { ...usual, service: scenario.service, environment: environment!, environmentNames, release },
      ports,
      reporter,
    );
    expect(scenario.lines).toContainEqual(expect.stringContaining(`Accepted: ${why}`));
  });

  it('is refused without a reason, before a number is taken, whatever the option says', async () => {
    const scenario = serviceOf({ worker: singleton.replace(why, 'yes'), service });
    await expect(releaseIt(scenario, { allowDowntime: true })).rejects.toMatchObject({
      exitCode: 2,
      facts: {
        type: 'bad-manifest',
        reason: expect.stringContaining('apps/orders/k8s/worker.yaml:4: Deployment orders'),
      },
    });
    expect(await scenario.repository.releases()).toEqual([]);
  });
});
