import { FakeApiServer } from '../../../../simulators/src/kubernetes/fake-api-server.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { imageLabels, type Build } from '../../model/release/image-labels.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { planEnvironmentRollback } from '../../use-cases/rollback/rollback-environment.ts';
import { KubernetesCluster } from './kubernetes-cluster.ts';
import { recordObject } from './records/record-data.ts';

const actor = { person: 'ada', run: 'ada@laptop' };
const scenario = new ReleaseScenario();
const commit = scenario.repository.commit();
const environment = scenario.environments.find(({ name }) => name === 'preprod')!;
const { namespace } = environment;
const moment = (sequence: number) => new Date(Date.parse('2026-11-24T10:00:00Z') + sequence * 60_000).toISOString();

let server: FakeApiServer;
beforeEach(serve);
afterEach(() => server.close());

async function serve(): Promise<void> {
  server = await FakeApiServer.start();
  server.put(`/api/v1/namespaces/${namespace}`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
}

function manifestsOf(service: string): KubernetesObject[] {
  const metadata = { name: service, labels: { 'poc.dev/service': service } };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata },
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 2 } },
  ];
}

/** Records a deployment of a release whose image and commit say the same. */
function putRecord(service: string, sequence: number): void {
  const build: Build = {
    service,
    buildNumber: BuildNumber.parse(`20261124-${sequence}`)!,
    commit,
    contentHash: `sha256:${'c'.repeat(64)}`,
    dirty: false,
  };
  const image = ImageRef.of(environment.registry, service, `${build.buildNumber}`);
  const labels = imageLabels({ build, source: undefined, created: moment(sequence) });
  const record: DeploymentRecord = {
    release: { ...build, imageDigest: scenario.registry.put(image, service, labels) },
    environment: 'preprod',
    manifests: manifestsOf(service),
    actor,
    cause: { action: 'deploy' },
    startedAt: moment(sequence),
    sequence,
    outcome: 'succeeded',
  } as DeploymentRecord;
  const revision = recordObject(record, `${service}-${sequence}`);
  const { metadata } = revision;
  Object.assign(metadata.annotations!, { 'poc.dev/finished-at': moment(sequence) });
  server.put(`/apis/apps/v1/namespaces/${namespace}/controllerrevisions/${metadata.name}`, revision);
}

/** Going back to what ran after the first deployments. */
const toTheFirst = {
  environment,
  environmentNames: [],
  mainBranch: 'main',
  to: new Date(moment(1)),
  actor,
  reason: undefined,
};

/** Plans going back to the first of two deployments of so many services. */
async function planned(services: number) {
  for (let index = 0; index < services; index++) for (const sequence of [1, 2]) putRecord(`service-${index}`, sequence);
  const cluster = new KubernetesCluster(server.api, environment);
  const service = (name: string) => ({ ...scenario.service, name });
  server.asked.length = 0;
  const plan = await planEnvironmentRollback(
    { ...toTheFirst, service },
    { ...scenario.ports, cluster: async () => cluster },
  );
  return { plan, requests: server.asked.length };
}

it('asks for three hundred services what three hundred times one needs, and little at once', async () => {
  const few = await planned(30);
  server.close();
  await serve();
  const many = await planned(300);
  expect(many.plan.plans).toHaveLength(300);
  expect(many.plan.plans.every(({ release }) => release.buildNumber.toString() === '20261124-1')).toBe(true);
  expect(many.requests).toBeLessThanOrEqual(few.requests * 10);
  expect(many.requests).toBeLessThanOrEqual(300 * 11);
  expect(server.mostAtOnce).toBeLessThanOrEqual(12);
});

it('tells of all services that cannot go back, and asks nothing more', async () => {
  const rejected: unknown[] = [];
  const note = (reason: unknown) => rejected.push(reason);
  process.on('unhandledRejection', note);
  try {
    for (let index = 0; index < 9; index++) for (const sequence of [1, 2]) putRecord(`service-${index}`, sequence);
    const cluster = new KubernetesCluster(server.api, environment);
    const service = (name: string) => {
      if (!/[37]$/.test(name)) return { ...scenario.service, name };
      throw new Refusal({ type: 'bad-service-name', doing: `find ${name}`, reason: 'It is bad.', remedy: 'None.' });
    };
    const ports = { ...scenario.ports, cluster: async () => cluster };
    const planning = planEnvironmentRollback({ ...toTheFirst, service }, ports);
    await expect(planning).rejects.toMatchObject({
      facts: {
        type: 'cannot-roll-back',
        reason: '2 of its services cannot go back, so none does.',
        evidence: expect.arrayContaining([
          'Could not find service-3: It is bad.',
          'Could not find service-7: It is bad.',
        ]),
      },
    });
    const asked = server.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.asked).toHaveLength(asked);
    expect(rejected).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});
