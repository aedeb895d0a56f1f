import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { TcpProxy } from '../../../../../simulators/src/tcp-proxy.ts';
import { KubernetesApi } from '../client/api.ts';
import type { ClusterAccess } from '../client/credentials/cluster-access.ts';
import { findAccess } from '../client/credentials/kubeconfig.ts';
import { environmentOn, readPlatform } from '../e2e-platform.ts';
import { KubernetesCluster } from '../kubernetes-cluster.ts';

/* A real API server behind a network, or a load balancer, that fails in each of the ways in which they do. */

/** Milliseconds in which it is to be noticed. It takes 20 s; without requests of its own, a watch takes a minute and more. */
const noticedWithin = 45_000;

const environment = environmentOn(readPlatform(), 'kube-system');
let access: ClusterAccess;
let network: TcpProxy;
let balancer: http.Server;
/** The status that the load balancer answers all that is new with; 0 for what the API server answers. */
let status = 0;
const made: KubernetesCluster[] = [];

beforeAll(async () => {
  access = await findAccess(environment, '/');
  const { hostname, port } = new URL(access.server);
  network = await TcpProxy.start({ host: hostname, port: Number(port === '' ? 443 : port) });
  balancer = http.createServer((request, answer) => {
    if (status > 0) return void answer.writeHead(status).end('no healthy upstream');
    const passed = https.request(new URL(request.url ?? '/', access.server), {
      ...{ ...access.tls, method: request.method, headers: { ...request.headers, host: hostname } },
    });
    passed.on('response', (said) => said.pipe(answer.writeHead(said.statusCode ?? 0, said.headers)));
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    passed.end();
  });
  await new Promise<void>((resolve) => balancer.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const cluster of made) cluster.close();
  await network.stop();
  balancer.closeAllConnections();
  balancer.close();
});

function connectTo(server: string, tls: ClusterAccess['tls']): KubernetesCluster {
  const cluster = new KubernetesCluster(
    new KubernetesApi({ ...access, headers: () => access.headers(), server, tls }),
    environment,
  );
  made.push(cluster);
  return cluster;
}

const overNetwork = (): KubernetesCluster => connectTo(`https://127.0.0.1:${network.port}`, access.tls);
const overBalancer = (): KubernetesCluster =>
  connectTo(`http://127.0.0.1:${(balancer.address() as AddressInfo).port}`, {});

const failures: readonly (readonly [string, () => KubernetesCluster, () => Promise<void> | void, string])[] = [
  ['drops all packets', overNetwork, () => network.goSilent(), 'cluster-unreachable'],
  ['refuses connections', overNetwork, () => network.refuse(), 'cluster-unreachable'],
  ['answers with 503', overBalancer, () => void (status = 503), 'cluster-fails'],
];

it.each(failures)(
  'ends when what is before the server %s, and looks again when it is well',
  async (_, connect, fail, type) => {
    const cluster = connect();
    const stop = new AbortController();
    const changes = cluster.changes(stop.signal)[Symbol.asyncIterator]();
    await changes.next();
    await cluster.observe();
    const failed = performance.now();
    await fail();
    const untilEnd = async () => {
      for (;;) await changes.next();
    };
    await expect(untilEnd()).rejects.toMatchObject({ facts: { type } });
    console.log(`noticed after ${Math.round((performance.now() - failed) / 1000)} s`);
    expect(performance.now() - failed).toBeLessThan(noticedWithin);
    await network.recover();
    status = 0;
    await cluster.observe();
  },
);
