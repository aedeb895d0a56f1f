import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startWriting, type WrittenRows } from '../../../load/src/written-rows.ts';
import { tokenOf, writeKubeconfig } from '../../../scratch-workspace/src/cluster-account.ts';
import { podsOf } from '../../../scratch-workspace/src/cluster-state.ts';
import { callGateway } from '../../../scratch-workspace/src/gateway.ts';
import { kubectl, platform } from '../../../scratch-workspace/src/platform.ts';
import { provision } from '../../../scratch-workspace/src/provisioned.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

const stores = ['payments-database', 'inventory-store'] as const;
const services = ['payments', 'inventory'] as const;

let workspace: ScratchWorkspace;
let preprod: string;
let deployer: string;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('stores', { keep: ['stores'] });
  preprod = workspace.namespace('preprod');
  // What this is about: the namespace, who deploys, and the passwords. Gateways have a suite of their own.
  const folder = join(workspace.folder, 'Infrastructure/kubernetes');
  const kept = ['namespace.yaml', 'deployer.yaml', 'store-passwords.yaml'];
  for (const file of readdirSync(folder)) if (!kept.includes(file)) rmSync(join(folder, file));
  await provision(workspace, 'preprod');
  const { context } = await platform();
  deployer = join(workspace.folder, '../deployer.json');
  await writeKubeconfig(deployer, [{ context, token: await tokenOf('deployer', preprod) }]);
});
afterAll(async () => {
  rmSync(deployer, { force: true });
  await workspace.remove();
});

/** Runs a task with the rights of those who deploy, which are none on Secrets. */
const task = (...args: string[]) => workspace.taskSuccessfully(args, { env: { KUBECONFIG: deployer } });

const restarts = async (service: string) =>
  (await podsOf(service, preprod)).flatMap(({ status }) =>
    (status.containerStatuses ?? []).map(({ ready, restartCount }) => ({ ready, restartCount })),
  );

function expectNothingLost({ written, failed, lost, slowestMs }: WrittenRows): void {
  console.log(`${written} rows written, slowest ${Math.round(slowestMs)} ms, failed: ${JSON.stringify(failed)}`);
  expect({ failed, lost }).toEqual({ failed: {}, lost: [] });
  expect(written).toBeGreaterThan(50);
}

/** Ends a pod as `kubectl drain` does, which asks again for as long as a PodDisruptionBudget holds it back. */
async function evict(pod: string): Promise<void> {
  const path = `/api/v1/namespaces/${preprod}/pods/${pod}/eviction`;
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace: preprod } };
  for (let attempt = 0; ; attempt++) {
    const refused = await kubectl(['create', '--raw', path, '--filename=-'], JSON.stringify(body)).then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (refused === undefined) return;
    if (!refused.includes('disruption budget') || attempt > 120) throw new Error(refused);
    await pause(1000);
  }
}

it('releases the stores and those who use them, as one who may not read Secrets', async () => {
  const said: string[] = [];
  for (const store of stores) said.push(await task('run', `${store}:release`));
  for (const service of services) said.push(await task('run', `${service}:release`));
  expect(said[0]).toMatch(/spec\.replicas: there are 1; .* Accepted: One pod, because its volume/);
  expect(said[2]).toMatch(/payments-migrate/);
  const charge = await callGateway(workspace.hostname, '/payments/charges/7');
  expect(charge.status).toBe(404);

  const secret = async (name: string) => {
    const text = await kubectl(['get', 'secret', name, '--namespace', preprod, '--output=json']);
    return Object.values((JSON.parse(text) as { data: Record<string, string> }).data);
  };
  const encoded = (await Promise.all(stores.map(secret))).flat();
  expect(encoded).toHaveLength(3);
  const records = await kubectl(['get', 'controllerrevisions', '--namespace', preprod, '--output=json']);
  for (const password of encoded) {
    const plain = Buffer.from(password, 'base64').toString();
    for (const text of [...said, records]) expect(text.includes(plain) || text.includes(password)).toBe(false);
  }
});

/** Build number of what is deployed. */
const buildOf = async (service: string) =>
  (await task('run', `${service}:history`, '--env=preprod')).match(/\d{8}-\d+/)![0];

it('loses no request and no row by a release that changes the schema, and by going back from it', async () => {
  const before = await Promise.all(services.map(buildOf));
  const writes = await startWriting(workspace.hostname);
  workspace.write(
    'apps/payments/migrations/2-notes.sql',
    '-- Up Migration\nALTER TABLE charges ADD COLUMN note text;\n',
  );
  workspace.edit('apps/inventory/k8s/deployment.yaml', 'periodSeconds: 10', 'periodSeconds: 11');
  await workspace.commit('feat: a column that the code does not use yet');
  for (const service of services) await task('run', `${service}:release`);
  for (const [index, service] of services.entries())
    await task('run', `${service}:rollback`, '--env=preprod', `--tag=${before[index]}`);
  expectNothingLost(await writes.stop());
});

it('loses no request and no row when the stores themselves are released, and go back', async () => {
  const before = await Promise.all(stores.map(buildOf));
  const writes = await startWriting(workspace.hostname);
  for (const store of stores) workspace.edit(`apps/${store}/k8s/stateful-set.yaml`, 'cpu: 20m', 'cpu: 21m');
  await workspace.commit('feat: a little more for the stores');
  for (const store of stores) await task('run', `${store}:release`);
  for (const [index, store] of stores.entries())
    await task('run', `${store}:rollback`, '--env=preprod', `--tag=${before[index]}`);
  expectNothingLost(await writes.stop());
});

it('loses no request and no row when every pod is evicted, as by the drain of a node', async () => {
  const writes = await startWriting(workspace.hostname);
  const pods = (await Promise.all([...services, ...stores].map((name) => podsOf(name, preprod)))).flat();
  expect(pods).toHaveLength(6);
  for (const { metadata } of pods) await evict(metadata.name);
  for (const name of [...stores.map((store) => `statefulset/${store}`), ...services.map((one) => `deployment/${one}`)])
    await kubectl(['rollout', 'status', name, '--namespace', preprod, '--timeout=120s']);
  expectNothingLost(await writes.stop());
});

it('stays ready and is not restarted while its store is away, says so, and goes on when it is back', async () => {
  const scale = (replicas: number) =>
    kubectl(['scale', 'statefulset', ...stores, '--namespace', preprod, `--replicas=${replicas}`]);
  await scale(0);
  for (const store of stores)
    await kubectl(['wait', '--for=delete', `pod/${store}-0`, '--namespace', preprod, '--timeout=90s']);
  const calls = () =>
    Promise.all([
      callGateway(workspace.hostname, '/payments/charges/3f2504e0-4f89-41d3-9a0c-0305e82c3301', { timeoutMs: 20_000 }),
      callGateway(workspace.hostname, '/inventory/stock/pen', { timeoutMs: 20_000 }),
    ]);
  for (const { status, body } of await calls()) {
    expect(status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({ title: 'store-unavailable' });
  }
  for (const service of services) {
    expect(await restarts(service)).toEqual([
      { ready: true, restartCount: 0 },
      { ready: true, restartCount: 0 },
    ]);
  }
  await scale(1);
  expect((await calls()).map(({ status }) => status)).toEqual([404, 404]);
});
