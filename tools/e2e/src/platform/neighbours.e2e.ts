import { settingBefore } from '../../../local-platform/src/network/machine-settings.ts';
import { hasNeighbourRules } from '../../../local-platform/src/network/neighbour-rules.ts';
import { platformFolders } from '../../../local-platform/src/storage/folders.ts';
import { NetworkClient } from '../../../scratch-workspace/src/clients/network-client.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import {
  runCommand,
  runSuccessfully,
  startCommand,
  type RunningCommand,
} from '../../../scratch-workspace/src/run-command.ts';

const own = process.pid % 250;
const namespace = `e2e-neighbours-${process.pid}`;
const networks = [`10.98.${own}`, `10.99.${own}`] as const;
const balanced = `10.97.5.${own}`;

/** Somebody in one of the machine's networks, and somebody in another. */
let neighbour: NetworkClient;
let other: NetworkClient;
let pod: string;
let service: string;
let nodePort: string;
let server: RunningCommand | undefined;

const script = `
const { connect } = require('node:net');
const { createSocket } = require('node:dgram');
const query = Buffer.from('000101000001000000000000076578616d706c6503636f6d0000010001', 'hex');
const targets = JSON.parse(process.argv[1]);
const reach = ([protocol, host, port]) => new Promise((resolve) => {
  setTimeout(() => resolve(false), 4000);
  if (protocol === 'tcp') connect({ host, port }, () => resolve(true)).on('error', () => resolve(false));
  else createSocket('udp4').on('message', () => resolve(true)).on('error', () => {}).send(query, port, host);
});
Promise.all(targets.map(reach)).then((all) => { console.log(JSON.stringify(all)); process.exit(); });`;

type Target = readonly [protocol: 'tcp' | 'udp', host: string, port: number];

const targets = (): Target[] => [
  ['tcp', '10.95.0.1', 6443],
  ['tcp', '10.95.0.1', 10250],
  ['tcp', '10.95.0.1', 10053],
  ['udp', '10.95.0.1', 10053],
  ['tcp', '10.96.0.1', 443],
  ['tcp', '10.96.0.10', 53],
  ['udp', '10.96.0.10', 53],
  ['tcp', pod, 8080],
  ['tcp', service, 80],
  ['tcp', balanced, 80],
];

/** Returns those of the targets that somebody reaches. */
async function reached(from: 'machine' | 'pod' | NetworkClient, wanted: readonly Target[]): Promise<Target[]> {
  const text = JSON.stringify(wanted);
  const answer =
    from === 'machine'
      ? await runSuccessfully(process.execPath, ['-e', script, text])
      : from === 'pod'
        ? await kubectl(['exec', 'echo', '--namespace', namespace, '--', 'node', '-e', script, text])
        : await from.run([process.execPath, '-e', script, text]);
  const results = JSON.parse(answer) as boolean[];
  return wanted.filter((_, index) => results[index]);
}

/** Rules follow a service a moment later. */
async function reachedAll(from: 'machine' | 'pod' | NetworkClient, wanted: readonly Target[]): Promise<Target[]> {
  const deadline = Date.now() + 60_000;
  let found = await reached(from, wanted);
  while (found.length < wanted.length && Date.now() < deadline) found = await reached(from, wanted);
  return found;
}

beforeAll(async () => {
  await kubectl(['create', 'namespace', namespace]);
  await kubectl(['apply', '--filename=-'], objects());
  await kubectl(['wait', '--for=condition=Ready', 'pod/echo', '--timeout=120s', '--namespace', namespace]);
  const field = (kind: string, path: string) =>
    kubectl(['get', kind, 'echo', '--namespace', namespace, '-o', `jsonpath={${path}}`]);
  pod = await field('pod', '.status.podIP');
  service = await field('service', '.spec.clusterIP');
  nodePort = await field('service', '.spec.ports[0].nodePort');
  neighbour = await NetworkClient.create(`poc-n${process.pid}`, networks[0], false);
  other = await NetworkClient.create(`poc-f${process.pid}`, networks[1], false);
});
afterAll(async () => {
  server?.end('SIGKILL');
  for (const client of [neighbour, other]) await client?.remove();
  await kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']);
});

it('answers the machine and its pods, and no neighbour', async () => {
  expect(await reachedAll('machine', targets())).toEqual(targets());
  expect(await reachedAll('pod', targets())).toEqual(targets());
  expect(await reached(neighbour, targets())).toEqual([]);
});

it('has the rules as the kernel prints them, so that `up` misses one that a firewall took away', async () => {
  const wasRouter = settingBefore(platformFolders(), 'net/ipv4/ip_forward') === '1';
  const facts = { cluster: true, wasRouter, registryUsers: [] };
  expect(hasNeighbourRules(await runSuccessfully('iptables-save', []), facts)).toBe(true);
});

it('opens ports of the node on no address of the machine that a neighbour can call', async () => {
  const onLoopback: Target[] = [['tcp', '127.0.0.1', Number(nodePort)]];
  expect(await reachedAll('machine', onLoopback)).toEqual(onLoopback);
  expect(await reached(neighbour, [['tcp', `${networks[0]}.1`, Number(nodePort)]])).toEqual([]);
});

it('does not believe a neighbour who says that a packet is for the loopback interface', async () => {
  await runSuccessfully('ip', ['netns', 'exec', `poc-n${process.pid}`, 'ip', 'link', 'set', 'lo', 'down']);
  await runCommand('ip', ['-n', `poc-n${process.pid}`, 'route', 'add', '127.0.0.1/32', 'via', `${networks[0]}.1`]);
  expect(await reached(neighbour, [['tcp', '127.0.0.1', 5000]])).toEqual([]);
});

it('leads no packets from one network into another, unless the machine did before', async () => {
  const listen = "require('node:net').createServer((socket) => socket.end()).listen(7777, () => console.log('up'))";
  server = startCommand('ip', ['netns', 'exec', `poc-f${process.pid}`, process.execPath, '-e', listen]);
  const target: Target[] = [['tcp', other.address, 7777]];
  expect(await reachedAll('machine', target)).toEqual(target);
  const wasRouter = settingBefore(platformFolders(), 'net/ipv4/ip_forward') === '1';
  expect(await reached(neighbour, target)).toEqual(wasRouter ? target : []);
  if (wasRouter) return;
  // It is that rule which forbids it, and not the test's own network.
  const rule = ['POC-ROUTER', '--in-interface', `poc-n${process.pid}`, '--jump', 'RETURN'];
  await runSuccessfully('iptables', ['--wait', '--table', 'mangle', '--insert', ...rule]);
  try {
    expect(await reachedAll(neighbour, target)).toEqual(target);
  } finally {
    await runCommand('iptables', ['--wait', '--table', 'mangle', '--delete', ...rule]);
  }
});

// Last: it shows that the neighbour's own network works, and that those rules are what kept it out.
it('answers a neighbour that was let in', async () => {
  await neighbour.letIn();
  expect(await reachedAll(neighbour, targets())).toEqual(targets());
});

function objects(): string {
  const labels = { app: 'echo' };
  const metadata = { name: 'echo', namespace };
  const serve = "require('node:http').createServer((_, answer) => answer.end('hello')).listen(8080)";
  const container = {
    name: 'echo',
    image: '127.0.0.1:5000/library/node:24-bookworm-slim',
    command: ['node', '-e', serve],
    readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
  };
  const spec = { containers: [container], terminationGracePeriodSeconds: 0 };
  const ports = [{ port: 80, targetPort: 8080 }];
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, labels }, spec },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { type: 'LoadBalancer', loadBalancerIP: balanced, selector: labels, ports },
      },
    ],
  });
}
