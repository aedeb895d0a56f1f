import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { FakeApiServer } from '../../../../simulators/src/kubernetes/fake-api-server.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { planDeploy } from '../../use-cases/deploy/plan-deploy.ts';
import { findRelease } from '../../use-cases/revision/find-release.ts';
import { planRollback, rollBack } from '../../use-cases/rollback/rollback.ts';
import { describeAccess, isGranted, type AccessRule } from './client/access-rules.ts';
import { deployAccess, jobAccess } from './client/required-access.ts';
import { evidenceOf } from './deploy/wait/evidence.ts';
import { KubernetesCluster } from './kubernetes-cluster.ts';

const folder = join(import.meta.dirname, '../../../../../Infrastructure/kubernetes');

/** Returns the rules of a Role that this repository ships, for a namespace. */
function rulesOf(file: string, namespace: string): AccessRule[] {
  const text = readFileSync(join(folder, file), 'utf8').replaceAll('${NAMESPACE}', namespace);
  const objects = parseAllDocuments(text).map((document) => document.toJS() as { kind: string; rules?: AccessRule[] });
  return objects.find(({ kind }) => kind === 'Role' || kind === 'ClusterRole')?.rules ?? [];
}

/** Takes verbs on a resource away from rules. */
function without(rules: readonly AccessRule[], resource: string, ...verbs: string[]): AccessRule[] {
  return rules.map((rule) =>
    rule.resources?.includes(resource) ? { ...rule, verbs: rule.verbs.filter((verb) => !verbs.includes(verb)) } : rule,
  );
}

/** A scenario whose environments are namespaces of one fake API server. */
class OnServer extends ReleaseScenario {
  private readonly server: FakeApiServer;

  constructor(server: FakeApiServer, shared?: ReleaseScenario) {
    super(shared);
    this.server = server;
  }

  override get ports(): ReleasePorts {
    return { ...super.ports, cluster: async (environment) => new KubernetesCluster(this.server.api, environment) };
  }

  get preprod() {
    return this.environments.find(({ name }) => name === 'preprod')!;
  }

  get cluster(): KubernetesCluster {
    return new KubernetesCluster(this.server.api, this.preprod);
  }
}

const more = `apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { A: VALUE }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: orders }
spec:
  rules: [{ matches: [{ path: { type: PathPrefix, value: /orders } }], backendRefs: [{ name: orders, port: 80 }] }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: orders-store }
spec:
  replicas: 2
  serviceName: orders
  template: { spec: { containers: [{ name: store, image: 'store:VALUE' }] } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: orders-backup }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: orders-nightly }
spec:
  schedule: '0 3 * * *'
  jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: orders, image: orders }] } } } }
`;
const job = `apiVersion: batch/v1
kind: Job
metadata: { name: migrate }
spec: { template: { spec: { containers: [{ name: orders, image: orders }] } } }
`;
const { namespace } = new ReleaseScenario().environments.find(({ name }) => name === 'preprod')!;
const actor = { person: 'ada', run: 'ada@laptop' };

let server: FakeApiServer;
afterEach(() => server.close());

async function serve(rules: readonly AccessRule[]): Promise<OnServer> {
  server = await FakeApiServer.start(rules);
  server.put(`/api/v1/namespaces/${namespace}`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  server.put(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/orders-1`, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'orders-1', labels: { 'kubernetes.io/service-name': 'orders' } },
    endpoints: [{ conditions: { ready: true } }],
  });
  const scenario = new OnServer(server);
  scenario.repository.write('apps/orders/k8s/jobs/migrate.yaml', job);
  change(scenario, 'one');
  return scenario;
}

function change(scenario: OnServer, value: string): void {
  scenario.repository.write('apps/orders/k8s/more.yaml', more.replaceAll('VALUE', value));
  scenario.repository.commit();
}

async function goBack(scenario: OnServer) {
  const { service, ports, reporter, preprod: environment } = scenario;
  const request = {
    service,
    environment,
    environmentNames: [],
    mainBranch: 'main',
    to: undefined,
    actor,
    reason: undefined,
  };
  return rollBack(await planRollback(request, ports), { timeoutMs: 5000 }, ports, reporter);
}

/** Waits until it is said that the lock is waited for. */
async function hasWaited({ lines }: OnServer): Promise<void> {
  while (!lines.includes('preprod: waiting for bob (ci), who is deploying orders')) await pause(20);
}

/** Deploys, prunes, fails and restores, plans, rolls back. */
async function doEverything(scenario: OnServer): Promise<void> {
  await releaseIt(scenario);
  change(scenario, 'two');
  await releaseIt(scenario);
  change(scenario, 'three');
  server.broken.add('orders').add('orders-store');
  await expect(releaseIt(scenario, { timeoutMs: 10_000 })).rejects.toMatchObject({
    facts: { remedy: expect.stringContaining('Rolled back to 20261124-2 automatically') },
  });
  const { service, ports, reporter, preprod: environment } = scenario;
  const release = await findRelease('orders', undefined, ports);
  const target = {
    service,
    release,
    environment,
    environmentNames: [],
    mainBranch: 'main',
    actor,
    allowDowntime: false,
    adopt: false,
  };
  await planDeploy(target, ports, reporter);
  await goBack(scenario);
}

/** Looks at everything: status, history, audit, drift. */
async function lookAtEverything({ cluster }: OnServer): Promise<void> {
  await cluster.observe();
  await cluster.observe('orders');
  await cluster.newest();
  await cluster.summaries();
  await cluster.services();
  await cluster.records('orders');
  await cluster.record('orders', 1);
  await cluster.provisioned();
  const stop = new AbortController();
  for await (const _ of cluster.changes(stop.signal)) stop.abort();
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'orders-1' }, status: crashed };
  await evidenceOf(server.api, namespace, 'orders', [pod]);
}

const crashed = {
  phase: 'Running',
  containerStatuses: [
    {
      name: 'orders',
      restartCount: 3,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    },
  ],
};

const refused = () => [...new Set(server.refused.map(describeAccess))];
const asked = () => new Set(server.asked.map(describeAccess));

describe('the Role of the deployer', () => {
  it('grants all that deploying, going back, waiting for the lock and looking ask for', async () => {
    const scenario = await serve([...rulesOf('deployer.yaml', namespace), ...rulesOf('nodes.yaml', namespace)]);
    await doEverything(scenario);
    await lookAtEverything(scenario);
    const lock = await scenario.cluster.lock('orders', { person: 'bob', run: 'ci' }, () => {});
    change(scenario, 'four');
    const waiting = releaseIt(scenario);
    await hasWaited(scenario);
    await lock.release();
    await waiting;
    expect(refused()).toEqual([]);
    // What this looks at is really asked for.
    for (const access of [
      'watch leases.coordination.k8s.io',
      'delete configmaps',
      'delete pods',
      'create jobs.batch',
      'watch cronjobs.batch',
      'watch replicasets.apps',
      'list endpointslices.discovery.k8s.io',
      'create httproutes.gateway.networking.k8s.io',
      'list persistentvolumeclaims',
      'list events',
      'get pods/log',
    ])
      expect(asked()).toContain(access);
  });

  it('of an earlier version waits for the lock all the same', async () => {
    const scenario = await serve(
      without([...rulesOf('deployer.yaml', namespace), ...rulesOf('nodes.yaml', namespace)], 'leases', 'list', 'watch'),
    );
    await releaseIt(scenario);
    change(scenario, 'two');
    await releaseIt(scenario);
    const lock = await scenario.cluster.lock('orders', { person: 'bob', run: 'ci' }, () => {});
    const waiting = goBack(scenario);
    await hasWaited(scenario);
    await lock.release();
    expect(await waiting).toMatchObject({ state: 'rolled-back' });
    expect(refused()).toEqual(['watch leases.coordination.k8s.io']);
  });

  it('of an earlier version names the broken pod of a StatefulSet, and what to do with it', async () => {
    const rules = [...rulesOf('deployer.yaml', namespace), ...rulesOf('nodes.yaml', namespace)];
    const scenario = await serve(without(rules, 'pods', 'delete'));
    await releaseIt(scenario);
    change(scenario, 'two');
    server.broken.add('orders').add('orders-store');
    await expect(releaseIt(scenario, { timeoutMs: 4000 })).rejects.toMatchObject({
      exitCode: 1,
      facts: {
        remedy: expect.stringMatching(
          /Rolling back to 20261124-1 failed too \(.*`kubectl delete pod orders-store-1 --namespace=preprod`/,
        ),
      },
    });
    expect(scenario.lines).toContain(
      `preprod: StatefulSet orders-store: cannot delete Pod orders-store-1, which is in the way: this account may not delete pods (Infrastructure/kubernetes/deployer.yaml allows it). Delete it (\`kubectl delete pod orders-store-1 --namespace=${namespace}\`), and a new one takes its place`,
    );
    expect(refused()).toEqual(['delete pods']);
    // Somebody did as they were told.
    server.remove(`/api/v1/namespaces/${namespace}/pods/orders-store-1`);
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
  });

  it('grants each right that is required before a deployment, and none of those is required for nothing', async () => {
    const rules = [...rulesOf('deployer.yaml', namespace), ...rulesOf('nodes.yaml', namespace)];
    const required = [...deployAccess, ...jobAccess];
    expect(required.filter((access) => !isGranted(rules, access))).toEqual([]);
    const scenario = await serve(rules);
    await doEverything(scenario);
    // Jobs that run for longer or failed, records that are forgotten, and objects that are read again are not among it.
    const others = [
      'watch jobs.batch',
      'delete jobs.batch',
      'delete controllerrevisions.apps',
      'get controllerrevisions.apps',
    ];
    const unused = required.map(describeAccess).filter((access) => !asked().has(access));
    expect(unused.filter((access) => !others.includes(access))).toEqual([]);
  });

  it.each([...deployAccess, ...jobAccess].map((access) => [describeAccess(access), access] as const))(
    'without the right to %s refuses before anything is written',
    async (described, access) => {
      const rules = [...rulesOf('deployer.yaml', namespace), ...rulesOf('nodes.yaml', namespace)].flatMap((rule) =>
        (rule.resources ?? []).map((resource) => ({
          ...rule,
          resources: [resource],
          verbs: rule.verbs.filter(
            (verb) => !(verb === access.verb && resource === access.resource && rule.apiGroups?.includes(access.group)),
          ),
        })),
      );
      const scenario = await serve(rules);
      await expect(releaseIt(scenario)).rejects.toMatchObject({
        exitCode: 2,
        facts: { type: 'forbidden', reason: expect.stringContaining(`may not ${described}`) },
      });
      expect(server.written).toEqual([]);
    },
  );
});

describe('the Role of readers', () => {
  it('grants all that looking asks for', async () => {
    const scenario = await serve([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]);
    await releaseIt(scenario);
    const all = server;
    server = await FakeApiServer.start(rulesOf('reader.yaml', namespace));
    server.copy(all);
    all.close();
    await lookAtEverything(new OnServer(server, scenario));
    expect(refused()).toEqual([]);
    expect(server.written).toEqual([]);
  });

  it('may lack a kind of some service: nothing is told of it, and all else is', async () => {
    const scenario = await serve([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]);
    await releaseIt(scenario);
    const all = server;
    const rules = rulesOf('reader.yaml', namespace);
    server = await FakeApiServer.start(rules.filter(({ resources }) => !resources?.includes('httproutes')));
    server.copy(all);
    all.close();
    expect(await new OnServer(server, scenario).cluster.observe()).toMatchObject([{ service: 'orders', drift: [] }]);
    expect(refused()).toContain('list httproutes.gateway.networking.k8s.io');
  });
});
