import { NetworkClient } from '../../../scratch-workspace/src/clients/network-client.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';

const own = process.pid % 250;
const namespace = `e2e-balancer-${process.pid}`;
const address = `10.97.4.${own}`;

let client: NetworkClient;

beforeAll(async () => {
  client = await NetworkClient.create(`poc-lb-${process.pid}`, `10.98.${own}`);
  await kubectl(['create', 'namespace', namespace]);
  await kubectl(['apply', '--filename=-'], pod());
  await kubectl(['wait', '--for=condition=Ready', 'pod/echo', '--timeout=60s', '--namespace', namespace]);
});
afterAll(async () => {
  await client.remove();
  await kubectl(['delete', 'namespace', namespace, '--wait=false']);
});

/** Makes the service, or changes it. */
const serve = (facts: object) => kubectl(['apply', '--filename=-'], JSON.stringify(service('echo', facts)));

/** Returns the caller that the pod sees, once it is the wanted one: rules follow a service a moment later. */
async function callerSeenWhen(isWanted: (caller: string) => boolean): Promise<string> {
  const deadline = Date.now() + 30_000;
  let seen = await callerSeen();
  while (!isWanted(seen) && Date.now() < deadline) seen = await callerSeen();
  return seen;
}

/** Returns the caller that the pod sees. */
async function callerSeen(): Promise<string> {
  const deadline = Date.now() + 30_000;
  let result = await client.call(address, 'echo', '/');
  while (result.status !== 200 && Date.now() < deadline) result = await client.call(address, 'echo', '/');
  return result.body;
}

it('gives the address that is asked for, by which the pod sees who calls', async () => {
  await serve({ loadBalancerIP: address, externalTrafficPolicy: 'Local' });
  expect(await callerSeen()).toBe(client.address);
});

it('puts the node in the place of the caller with the policy "Cluster"', async () => {
  await serve({ loadBalancerIP: address, externalTrafficPolicy: 'Cluster' });
  const seen = await callerSeenWhen((caller) => caller !== client.address);
  expect(seen).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  expect(seen).not.toBe(client.address);
});

it('gives the same address to a service that is made anew', async () => {
  await kubectl(['delete', 'service', 'echo', '--namespace', namespace]);
  await serve({ loadBalancerIP: address, externalTrafficPolicy: 'Local' });
  expect(await callerSeenWhen((caller) => caller === client.address)).toBe(client.address);
});

it.each([
  ['another service has', address, `The address ${address} belongs to another service.`],
  ['it does not own', '203.0.113.7', 'The address 203.0.113.7 is not in 10.97.0.0/16.'],
])('refuses an address that %s, by an event', async (_, asked, message) => {
  await kubectl(['apply', '--filename=-'], JSON.stringify(service('second', { loadBalancerIP: asked })));
  const field = '--output=jsonpath={.items[*].message}';
  const events = ['get', 'events', '--namespace', namespace, '--field-selector=involvedObject.name=second', field];
  const deadline = Date.now() + 30_000;
  let told = await kubectl(events);
  while (!told.includes(message) && Date.now() < deadline) told = await kubectl(events);
  expect(told).toContain(message);
  const given = ['get', 'service', 'second', '--namespace', namespace, '--output=jsonpath={.status.loadBalancer}'];
  expect(await kubectl(given)).toBe('{}');
});

function service(name: string, facts: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { type: 'LoadBalancer', selector: { app: 'echo' }, ports: [{ port: 80, targetPort: 8080 }], ...facts },
  };
}

/** Answers with the address that it was called from. */
function pod(): string {
  const script = `require('node:http').createServer((call, answer) => answer.end(call.socket.remoteAddress)).listen(8080, '0.0.0.0')`;
  const image = '127.0.0.1:5000/library/node:24-bookworm-slim';
  const readinessProbe = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'echo', namespace, labels: { app: 'echo' } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'echo', image, command: ['node', '-e', script], readinessProbe }],
    },
  });
}
