import { BuildNumber } from '../../../model/release/build-number.ts';
import type { NewDeploymentRecord } from '../../../model/deploy/deployment-record.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { FakeApiServer } from '../../../../../simulators/src/kubernetes/fake-api-server.ts';
import { KubernetesCluster } from '../kubernetes-cluster.ts';

const parts = '/api/v1/namespaces/shop/configmaps';
const records = '/apis/apps/v1/namespaces/shop/controllerrevisions';
const facts: NewDeploymentRecord = {
  environment: 'preprod',
  release: {
    ...{ service: 'orders', buildNumber: BuildNumber.parse('20261124-1')!, commit: 'c'.repeat(40), dirty: false },
    ...{ imageDigest: `sha256:${'a'.repeat(64)}`, contentHash: `sha256:${'b'.repeat(64)}` },
  },
  manifests: [],
  actor: { person: 'ada', run: 'ci/1' },
  cause: { action: 'deploy', reason: 'token ghp_0123456789abcdefghijklmnopqrstuvwxyz' },
  startedAt: '2026-11-24T12:00:00.000Z',
};

let server: FakeApiServer;
let told: string[];
const another = () => new KubernetesCluster(server.api, { name: 'preprod', namespace: 'shop' });
const linesIn = (part = 0) =>
  ((server.read(`${parts}/poc-log.orders.${part}`) ?? {}) as { data?: Readonly<Record<string, string>> }).data ?? {};
const keys = (part = 0) => Object.keys(linesIn(part));
const refusedBy = (message: string) => ({ code: 422, body: { kind: 'Status', reason: 'Invalid', message } });

beforeEach(async () => {
  server = await FakeApiServer.start();
  told = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
  server.close();
});

async function deploy(cluster = another()) {
  const record = await cluster.openRecord(facts);
  return cluster.closeRecord(record, { outcome: 'succeeded' });
}

it('neither delays nor fails a deployment: its first line is written while that goes on', async () => {
  let goOn = () => {};
  const held = new Promise<void>((resolve) => (goOn = resolve));
  server.before = (what) => (what.startsWith('PATCH') && what.includes('/configmaps/') ? held : undefined);
  const cluster = another();
  const record = await cluster.openRecord(facts);
  expect(keys()).toEqual([]);
  const closing = cluster.closeRecord(record, { outcome: 'succeeded' });
  goOn();
  expect(await closing).toMatchObject({ outcome: 'succeeded' });
  expect(keys()).toEqual(['000001.begin', '000001.end']);
  expect(told).toEqual([]);
});

it('keeps secrets out of the log that are kept out of the record', async () => {
  await deploy();
  expect(linesIn()['000001.begin']).toContain('token ');
  expect(JSON.stringify(linesIn())).not.toContain('ghp_0123456789');
});

it('tells what could not be written after a rollout, and the deployment has succeeded', async () => {
  server.refuse = (what) => (what.includes(parts) ? refusedBy('denied request: The clock is wrong.') : undefined);
  expect(await deploy()).toMatchObject({ outcome: 'succeeded', sequence: 1 });
  expect(told.join('')).toMatch(
    /warning: deployment 1 of orders is not in the log of deployments \(shop\) as it was: .*The clock is wrong/,
  );
  server.refuse = () => undefined;
  expect(await another().records('orders')).toMatchObject([{ outcome: 'succeeded' }]);
});

it('writes both lines at the end where the first could not be written at the beginning', async () => {
  server.refuse = (what) => (what.includes(parts) ? refusedBy('not now') : undefined);
  const cluster = another();
  const record = await cluster.openRecord(facts);
  while (!server.asked.some(({ resource, verb }) => resource === 'configmaps' && verb === 'patch'))
    await new Promise((resolve) => setTimeout(resolve, 5));
  server.refuse = () => undefined;
  await cluster.closeRecord(record, { outcome: 'failed', reason: 'no image' });
  expect(keys()).toEqual(['000001.begin', '000001.end']);
  expect(told).toEqual([]);
});

it('ends what another deployer left behind, with or without a first line, and what was ended already once more only', async () => {
  server.refuse = (what) => (what.includes(parts) ? refusedBy('died') : undefined);
  await another().openRecord(facts);
  server.refuse = () => undefined;
  const next = another();
  const [left] = await next.records('orders');
  await next.closeRecord(left!, { outcome: 'abandoned', reason: 'died' });
  expect(keys()).toEqual(['000001.begin', '000001.end']);
  const kept = server.read(`${records}/poc-orders-1`);
  expect(JSON.parse(linesIn()['000001.begin']!)).toMatchObject({ record: kept?.metadata['uid'] });
  await another().closeRecord(left!, { outcome: 'cancelled', reason: 'aborted' });
  const before = linesIn();
  expect(Object.keys(before)).toEqual(['000001.begin', '000001.end', '000001.abort']);
  await another().closeRecord(left!, { outcome: 'cancelled', reason: 'aborted again' });
  expect(linesIn()).toEqual(before);
});

it('tells that somebody else wrote the first line of a deployment before it began', async () => {
  await deploy();
  const begin = linesIn()['000001.begin']!;
  const { metadata } = server.read(`${parts}/poc-log.orders.0`)!;
  const data = { ...linesIn(), '000002.begin': begin };
  server.put(`${parts}/poc-log.orders.0`, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  // As the policy of a cluster does it.
  let isFirst = true;
  server.refuse = (what) => {
    if (!what.startsWith('PATCH') || !what.includes(parts) || !isFirst) return undefined;
    isFirst = false;
    return refusedBy('denied request: A line of the log of deployments is neither changed nor removed.');
  };
  expect(await deploy()).toMatchObject({ sequence: 2, outcome: 'succeeded' });
  expect(linesIn()['000002.begin']).toBe(begin);
  expect(keys()).toContain('000002.end');
  expect(told.join('')).toMatch(/deployment 2 of orders .*: Its first line was written by another deployer/);
});

it('goes on in another part after a hundred deployments, and reads across parts', async () => {
  server.put(`${records}/poc-orders-98`, {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: 'poc-orders-98',
      labels: { 'poc.dev/record-of': 'orders' },
      annotations: { 'poc.dev/sequence': '98', 'poc.dev/outcome': 'succeeded' },
    },
    revision: 98,
  } as KubernetesObject);
  const cluster = another();
  for (let count = 0; count < 3; count++) await deploy(cluster);
  expect(keys(0)).toEqual(['000099.begin', '000099.end']);
  expect(keys(1)).toEqual(['000100.begin', '000100.end', '000101.begin', '000101.end']);
  const log = await another().logged('orders', { from: 99, to: 100 });
  expect(log.map(({ sequence }) => sequence)).toEqual([100, 99]);
  const overview = await another().logOverview();
  expect([...overview!.upTo]).toEqual([['orders', 199]]);
});

it('makes a part once, also where two deployers find none', async () => {
  let meet = () => {};
  const both = new Promise<void>((resolve) => (meet = resolve));
  let waiting = 0;
  server.before = (what) => {
    if (what !== `POST ${parts}`) return undefined;
    if (++waiting === 2) meet();
    return both;
  };
  const [one, other] = [another(), another()];
  const opened = await Promise.all([one.openRecord(facts), other.openRecord(facts)]);
  await Promise.all([
    one.closeRecord(opened[0], { outcome: 'succeeded' }),
    other.closeRecord(opened[1], { outcome: 'succeeded' }),
  ]);
  expect(keys().sort()).toEqual(['000001.begin', '000001.end', '000002.begin', '000002.end']);
});

it('writes the last line beside the upkeep of records: a deployment waits for no request more than before', async () => {
  const cluster = another();
  await deploy(cluster);
  const record = await cluster.openRecord(facts);
  while (!keys().includes('000002.begin')) await new Promise((resolve) => setTimeout(resolve, 5));
  // Each waits for the other: one after the other, neither would come.
  let meet = () => {};
  const both = new Promise<void>((resolve) => (meet = resolve));
  const upkeep = [`PATCH ${records}/poc-orders-1`, `PATCH ${parts}/poc-log.orders.0`];
  const seen = new Set<string>();
  server.before = (what) => {
    if (!upkeep.includes(what)) return undefined;
    if (seen.add(what).size === upkeep.length) meet();
    return both;
  };
  await cluster.closeRecord(record, { outcome: 'succeeded' });
  expect([...seen].sort()).toEqual(upkeep.sort());
});
