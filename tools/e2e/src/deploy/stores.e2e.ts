import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startWatchingOutages } from '../../../load/src/store-outages.ts';
import { findUnkeptWaits } from '../../../load/src/unkept-waits.ts';
import { startWriting } from '../../../load/src/written-rows.ts';
import { podsOf } from '../../../scratch-workspace/src/state/cluster-state.ts';
import { callGateway } from '../../../scratch-workspace/src/clients/gateway.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { provision } from '../../../scratch-workspace/src/state/provisioned.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

const stores = ['payments-database', 'inventory-store'] as const;
const services = ['payments', 'inventory'] as const;

let workspace: ScratchWorkspace;
let preprod: string;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('stores', { keep: ['stores'] });
  preprod = workspace.namespace('preprod');
  // What this is about: the namespace, who deploys, and the passwords. Gateways have a suite of their own.
  const folder = join(workspace.folder, 'Infrastructure/kubernetes');
  const kept = ['namespace.yaml', 'deployer.yaml', 'store-passwords.yaml'];
  for (const file of readdirSync(folder)) if (!kept.includes(file)) rmSync(join(folder, file));
  await provision(workspace, 'preprod');
});
afterAll(() => workspace.remove());

/** Runs a task with the rights of those who deploy, which are none on Secrets. */
const task = (...args: string[]) => workspace.taskSuccessfully(args);

const restarts = async (service: string) =>
  (await podsOf(service, preprod)).flatMap(({ status }) =>
    (status.containerStatuses ?? []).map(({ ready, restartCount }) => ({ ready, restartCount })),
  );

const storeOf = { payments: 'payments-database', inventory: 'inventory-store' };
/**
 * How long services wait for a store that is away (docs/secrets-and-databases.md), less what they need to notice that it
 * is back: one connection that they give up (2 s), and the pause before the next (0.5 s).
 */
const waitMs = 12_000 - 2_500;

/** Writes, and watches when the stores are away meanwhile. */
async function startWritingAndWatching() {
  const watch = await startWatchingOutages(stores, preprod);
  const writes = await startWriting(workspace.hostname);
  return {
    /** Requires that nothing failed that the services promise to wait out, and that nothing was lost whatever happened. */
    async expectNothingLost(): Promise<void> {
      const { written, failed, lost, slowestMs } = await writes.stop();
      const outages = watch.stop();
      const away = outages.map(({ store, fromMs, toMs }) => `${store} ${Math.round(toMs - fromMs)} ms`).join(', ');
      console.log(
        `${written} rows written, slowest ${Math.round(slowestMs)} ms, ${failed.length} failed; away: ${away || 'none'}`,
      );
      expect(lost).toEqual([]);
      expect(written).toBeGreaterThan(50);
      // A machine may take longer to replace a pod than anybody promises to wait; then callers are told so, and no more.
      expect(findUnkeptWaits(failed, outages, storeOf, waitMs)).toEqual([]);
    },
  };
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
  const writes = await startWritingAndWatching();
  workspace.write(
    'apps/payments/migrations/2-notes.sql',
    '-- Up Migration\nALTER TABLE charges ADD COLUMN note text;\n',
  );
  workspace.edit('apps/inventory/k8s/deployment.yaml', 'periodSeconds: 10', 'periodSeconds: 11');
  await workspace.commit('feat: a column that the code does not use yet');
  for (const service of services) await task('run', `${service}:release`);
  for (const [index, service] of services.entries())
    await task('run', `${service}:rollback`, '--env=preprod', `--tag=${before[index]}`);
  await writes.expectNothingLost();
});

it('loses no request and no row when the stores themselves are released, and go back', async () => {
  const before = await Promise.all(stores.map(buildOf));
  const writes = await startWritingAndWatching();
  for (const store of stores) workspace.edit(`apps/${store}/k8s/stateful-set.yaml`, 'cpu: 20m', 'cpu: 21m');
  await workspace.commit('feat: a little more for the stores');
  for (const store of stores) await task('run', `${store}:release`);
  for (const [index, store] of stores.entries())
    await task('run', `${store}:rollback`, '--env=preprod', `--tag=${before[index]}`);
  await writes.expectNothingLost();
});

it('loses no request and no row when every pod is evicted, as by the drain of a node', async () => {
  const writes = await startWritingAndWatching();
  const pods = (await Promise.all([...services, ...stores].map((name) => podsOf(name, preprod)))).flat();
  expect(pods).toHaveLength(6);
  for (const { metadata } of pods) await evict(metadata.name);
  for (const name of [...stores.map((store) => `statefulset/${store}`), ...services.map((one) => `deployment/${one}`)])
    await kubectl(['rollout', 'status', name, '--namespace', preprod, '--timeout=120s']);
  await writes.expectNothingLost();
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
  for (const store of stores)
    await kubectl(['rollout', 'status', `statefulset/${store}`, '--namespace', preprod, '--timeout=120s']);
  expect((await calls()).map(({ status }) => status)).toEqual([404, 404]);
});

describe('what takes no requests, or cannot be two', () => {
  /** The programs of the services that docs/workers.md shows, whose manifests are taken from there. */
  const programs: Readonly<Record<string, string>> = {
    reports: "console.log('report', process.env.REPORT)",
    mailer: 'setInterval(() => {}, 1000); process.on("SIGTERM", () => process.exit())',
    counter: "let n = 0; require('http').createServer((_, answer) => answer.end(`${++n}`)).listen(8080)",
  };
  const write = (service: string, program: string) =>
    workspace.write(
      `apps/${service}/Dockerfile`,
      `FROM node:24-bookworm-slim\nUSER 1000:1000\nCMD ${JSON.stringify(['node', '-e', program])}\n`,
    );
  const statusOf = async (service: string) => {
    const [row] = (await task('run', `${service}:status`, '--env=preprod', '--json'))
      .split('\n')
      .filter((line) => line.startsWith('{'));
    return JSON.parse(row!) as { services: { environments: Record<string, unknown>[] }[] };
  };

  beforeAll(async () => {
    const page = workspace.read('docs/workers.md');
    const shown = [...page.matchAll(/```yaml\n# (apps\/\w+\/k8s\/\S+)\n([^]*?)```/g)];
    expect(shown).toHaveLength(Object.keys(programs).length);
    for (const [, path, manifest] of shown) workspace.write(path!, manifest!);
    for (const [name, program] of Object.entries(programs)) {
      write(name, program);
      workspace.write(`apps/${name}/project.json`, JSON.stringify({ name, projectType: 'application' }));
    }
    await workspace.commit('feat: a CronJob, a worker and a singleton');
  });

  it('is released without an option by who may only deploy, and looked at like any other', async () => {
    const reports = await task('run', 'reports:release');
    expect(reports).toMatch(/CronJob reports: the next run will be of this build \(\*\/5 \* \* \* \*\)/);
    expect(reports).toMatch(/preprod: not probed: it takes no requests/);
    expect(await task('run', 'mailer:release')).not.toMatch(/Requests would fail|replicas|warn/i);
    expect(await task('run', 'counter:release')).toMatch(
      /spec\.replicas: there are 1; .* Accepted: One pod, because it c/,
    );

    const grid = await task('run', 'infrastructure:status', '--env=preprod');
    expect(grid).toMatch(/^reports .* healthy/m);
    expect(grid).toMatch(/reports \(\*\/5 \* \* \* \*\): /);
    expect(grid).toMatch(/^mailer .* 1\/1 healthy/m);
    expect(grid).toMatch(
      /counter in preprod: accepted: Deployment counter may fail requests .*: One pod, because it c/,
    );
    expect(await task('run', 'counter:history', '--env=preprod')).toMatch(/accepted: Deployment counter may fail/);
    const { output } = await workspace.task(['run', 'infrastructure:audit', '--env=preprod']);
    for (const service of Object.keys(programs)) expect(output).not.toContain(`${service} in preprod`);
  });

  it('tells that the last run of a CronJob failed, and goes back to the build whose runs do not', async () => {
    const good = await buildOf('reports');
    write('reports', 'process.exit(7)');
    const path = 'apps/reports/k8s/cron-job.yaml';
    workspace.edit(path, "'*/5 * * * *'", "'* * * * *'");
    workspace.edit(path, 'backoffLimit: 1', 'backoffLimit: 0');
    await workspace.commit('feat: a report that fails');
    await task('run', 'reports:release');
    const until = Date.now() + 150_000;
    let status = '';
    while (!status.includes('"failing"') && Date.now() < until) {
      await pause(3000);
      status = JSON.stringify(await statusOf('reports'));
    }
    expect(status).toMatch(/"health":"failing".*"lastRun":"failed"/);
    const jobs = await kubectl(['get', 'jobs', '--namespace', preprod, '--output=json']);
    expect(jobs).toContain(await buildOf('reports'));
    await task('run', 'reports:rollback', '--env=preprod', `--tag=${good}`);
    const back = JSON.stringify(await statusOf('reports'));
    expect(back).toContain(`"buildNumber":"${good}"`);
    expect(back).not.toContain('failing');
  });
});
