import { OutsideHost } from '../../../scratch-workspace/src/clients/outside-host.ts';
import { pinnedImage, takeLibraryImages } from '../../../scratch-workspace/src/floor.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';
import { provision, unprovision } from '../../../scratch-workspace/src/state/provisioned.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

/** A number that no other concurrent test has. */
const own = process.pid % 250;

/** An address of each network that is not public; the comment says what would be behind it. */
const notPublic = {
  'an office': '10.200.7.1',
  'a peered network': '172.20.7.1',
  'a database of another team': '192.168.207.1',
  'a network of a provider': '100.64.7.1',
  'the metadata of Alibaba Cloud': '100.100.100.200',
  'an address of the link': '169.254.7.1',
  'the metadata of most clouds': '169.254.169.254',
  'the WireServer of Azure': '168.63.129.16',
  'the metadata of Oracle Cloud': '192.0.0.192',
  'a network for benchmarks': '198.18.7.1',
  'a network for documentation': '198.51.100.7',
  'a reserved address': '240.0.7.1',
};
const publicAddress = '25.7.7.1';
/** Of the API server, as a cluster of AKS has it. */
const publicApi = '25.7.7.2';

let workspace: ScratchWorkspace;
/** Has the policies. */
let preprod: string;
/** Another environment, which has none. */
let stranger: string;
let outside: OutsideHost;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('policies', { account: 'administrator', keep: ['stores'] });
  [preprod, stranger] = [workspace.namespace('preprod'), workspace.namespace('dev')];
  takeLibraryImages(workspace);
  const path = 'Infrastructure/environments/preprod.yaml';
  // Ports that nobody else's listeners have; Envoy's are below those that the machine gives to its own connections.
  const port = 22_000 + (process.pid % 2000);
  workspace.edit(path, /GATEWAY_PORT: \d+/, `GATEWAY_PORT: ${port}`);
  workspace.edit(path, /ENVOY_PORT: \d+/, `ENVOY_PORT: ${port + 8000}`);
  workspace.edit(path, /GATEWAY_ADDRESS: .*/, `GATEWAY_ADDRESS: 10.97.6.${1 + own}`);
  workspace.edit(path, /API_RANGE: .*/, `API_RANGE: ${publicApi}/32`);
  await provision(workspace, 'preprod');
  outside = await OutsideHost.create(`poc-o${process.pid}`, own, [
    ...Object.values(notPublic),
    publicAddress,
    publicApi,
  ]);
  const image = await pinnedImage('library/node:24-bookworm-slim');
  for (const namespace of [preprod, stranger]) {
    const objects = services.flatMap((service) => podAndService(service, namespace, image));
    await kubectl(['apply', '--filename=-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  }
  await kubectl(['apply', '--filename=-'], JSON.stringify(podOf('envoy', { app: 'envoy' }, stranger, image)));
  await kubectl(['apply', '--filename=-'], JSON.stringify(podOf(visitor, { app: visitor }, 'gateway', image)));
  // Pods are ready because kubelets may probe them.
  for (const namespace of [preprod, stranger])
    await kubectl(['wait', '--for=condition=Ready', 'pod', '--all', '--timeout=300s', '--namespace', namespace]);
  await kubectl(['wait', '--for=condition=Ready', `pod/${visitor}`, '--timeout=300s', '--namespace=gateway']);
}, 600_000);
afterAll(async () => {
  await outside?.remove();
  await kubectl(['delete', 'pod', visitor, '--namespace=gateway', '--ignore-not-found', '--wait=false']);
  await unprovision(workspace, 'preprod');
  await workspace.remove();
});

/** The port that each service's pods listen on; those of "orders.job" are of its Jobs. */
const ports: Readonly<Record<string, number>> = {
  orders: 8080,
  payments: 8080,
  'payments.job': 8080,
  'payments-database': 5432,
  inventory: 8080,
  'inventory-store': 6379,
};
const services = Object.keys(ports);
/** Those before which there is a Service: its name has no dot. */
const callable = services.filter((service) => !service.includes('.'));
/** A pod in the gateway's namespace that is not the gateway. */
const visitor = `poc-visitor-${process.pid}`;

type Target = readonly [host: string, port: number];

const script = `
const { connect } = require('node:net');
const reach = ([host, port]) => new Promise((resolve) => {
  setTimeout(() => resolve(false), 4000);
  connect({ host, port }, () => resolve(true)).on('error', () => resolve(false));
});
Promise.all(JSON.parse(process.argv[1]).map(reach)).then((all) => { console.log(JSON.stringify(all)); process.exit(); });`;

/** Returns those of the targets to which a pod gets a connection. */
async function reached(pod: string, namespace: string, targets: readonly Target[]): Promise<Target[]> {
  const argv = ['--', 'node', '-e', script, JSON.stringify(targets)];
  const results = JSON.parse(await kubectl(['exec', pod, '--namespace', namespace, ...argv])) as boolean[];
  return targets.filter((_, index) => results[index]);
}

/** Asks until it is these that a pod reaches, or for long enough: rules follow pods and policies a moment later. */
async function expectReached(
  [pod, namespace]: readonly [pod: string, namespace: string],
  targets: readonly Target[],
  expected: readonly Target[],
): Promise<void> {
  const deadline = Date.now() + 60_000;
  let found = await reached(pod, namespace, targets);
  while (JSON.stringify(found) !== JSON.stringify(expected) && Date.now() < deadline)
    found = await reached(pod, namespace, targets);
  expect(found).toEqual(expected);
}

/** Returns the address of the pod of payments in the environment. */
const addressOfPayments = () =>
  kubectl(['get', 'pod', 'payments', '--namespace', preprod, '--output=jsonpath={.status.podIP}']);

const at = (service: string, namespace: string): Target => [`${service}.${namespace}`, ports[service]!];

describe('a pod of the environment, to what is outside', () => {
  const all: Target[] = [...Object.values(notPublic), publicAddress, publicApi].map((address) => [address, 8080]);
  const cluster: Target[] = [
    ['kubernetes.default', 443],
    ['10.95.0.1', 6443],
    ['10.95.0.1', 10250],
  ];

  it('would be answered by all of it without the policies', async () => {
    await expectReached(['orders', stranger], [...all, ...cluster], [...all, ...cluster]);
  });

  it.each(Object.entries(notPublic))('does not reach %s', async (_, address) => {
    await expectReached(['orders', preprod], [[address, 8080]], []);
  });

  it('reaches public addresses', async () => {
    await expectReached(['orders', preprod], [[publicAddress, 8080]], [[publicAddress, 8080]]);
  });

  it('does not reach the API server, also where it has a public address, nor the node', async () => {
    await expectReached(['orders', preprod], [[publicApi, 8080], ...cluster], []);
  });

  it('reaches the private addresses that the environment names, and no others', async () => {
    const [office, database] = [notPublic['an office'], notPublic['a database of another team']];
    const targets: Target[] = [...all, ...cluster];
    workspace.write(
      'Infrastructure/kubernetes/preprod.yaml',
      `${workspace.read('Infrastructure/kubernetes/preprod.yaml')}---\n${toPrivate(database)}`,
    );
    await provision(workspace, 'preprod');
    const expected = targets.filter(([address]) => address === database || address === publicAddress);
    await expectReached(['orders', preprod], targets, expected);
    expect(expected.map(([address]) => address)).not.toContain(office);
  }, 300_000);
});

describe('a pod of the environment, to a service', () => {
  const targetsOf = (caller: string) => callable.filter((each) => each !== caller).map((each) => at(each, preprod));

  it.each([
    ['orders', ['payments']],
    ['payments', ['payments-database']],
    ['payments.job', ['payments-database']],
    ['inventory', ['inventory-store']],
    ['payments-database', []],
    ['inventory-store', []],
  ])('as %s reaches those that name it: %j', async (caller, named) => {
    // By their names: DNS answers.
    await expectReached(
      [caller, preprod],
      targetsOf(caller),
      named.map((service) => at(service, preprod)),
    );
  });

  it('is let in at the port that is named for it, and at no other', async () => {
    const address = await addressOfPayments();
    await expectReached(
      ['orders', preprod],
      [
        [address, 9464],
        [address, 8080],
      ],
      [[address, 8080]],
    );
  });

  it('reaches none of another environment', async () => {
    await expectReached(['orders', stranger], [at('payments', stranger)], [at('payments', stranger)]);
    await expectReached(['orders', preprod], [at('payments', stranger)], []);
  });
});

describe('a service of the environment', () => {
  it('is not reached from another environment, whatever its pods are called', async () => {
    await expectReached(['orders', stranger], [at('payments', preprod)], []);
  });

  it('is not reached from the namespace of the gateway by others than the gateway', async () => {
    await expectReached([visitor, 'gateway'], [at('payments', stranger)], [at('payments', stranger)]);
    await expectReached([visitor, 'gateway'], [at('payments', preprod)], []);
  });

  it('is reached by the gateway, whose proxy is a process of the node here', async () => {
    const address = await addressOfPayments();
    const call = `fetch('http://${address}:8080/').then(({ status }) => console.log(status))`;
    expect((await runSuccessfully(process.execPath, ['-e', call])).trim()).toBe('200');
  });

  it('is reached by the gateway where its proxy is a pod, and by no other pod beside that', async () => {
    // The same rule, for a gateway in a namespace of this test: in its own, Services would lead others' clients to the pod.
    const rule = await kubectl(['get', 'networkpolicy', 'from-gateway', '--namespace', preprod, '--output=json']);
    const { spec } = JSON.parse(rule) as { spec: object };
    const named = JSON.stringify(spec).replace('"gateway"', JSON.stringify(stranger));
    expect(named).toContain(stranger);
    const metadata = { name: 'from-another-gateway', namespace: preprod };
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec: JSON.parse(named) as object,
    };
    await kubectl(['create', '--filename=-'], JSON.stringify(policy));
    const targets = callable.map((service) => at(service, preprod));
    await expectReached(['envoy', stranger], targets, targets);
    await expectReached(['orders', stranger], targets, []);
    await kubectl(['delete', 'networkpolicy', 'from-another-gateway', '--namespace', preprod]);
    await expectReached(['envoy', stranger], targets, []);
  });

  it('is let alone by the policies once they are gone, so that it was they', async () => {
    await kubectl(['delete', 'networkpolicies', '--all', '--namespace', preprod]);
    const targets = [at('payments', preprod), at('orders', preprod)];
    await expectReached(['inventory', preprod], targets, targets);
    await expectReached(['orders', stranger], targets, targets);
  });
});

/** What an environment's own file says of the private addresses that its services call. */
function toPrivate(address: string): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: to-private
  namespace: \${NAMESPACE}
spec:
  egress:
    - to:
        - ipBlock: { cidr: ${address}/32 }
      ports:
        - { protocol: TCP, port: 8080 }
`;
}

/** A pod of a service, which listens where the service does, and where it has its metrics; and the Service before it. */
function podAndService(service: string, namespace: string, image: string): object[] {
  const labels = { 'app.kubernetes.io/name': service, 'app.kubernetes.io/instance': service };
  const port = ports[service]!;
  const pod = podOf(service, labels, namespace, image, port);
  if (!callable.includes(service)) return [pod];
  const spec = { selector: labels, ports: [{ port }] };
  return [pod, { apiVersion: 'v1', kind: 'Service', metadata: { name: service, namespace }, spec }];
}

function podOf(name: string, labels: Record<string, string>, namespace: string, image: string, port = 8080): object {
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  const serve = `for (const port of [${port}, 9464]) require('node:http').createServer((_, answer) => answer.end()).listen(port)`;
  const container = {
    name: 'node',
    image,
    command: ['node', '-e', serve],
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
    resources: { requests: { cpu: '5m', memory: '16Mi' }, limits: { memory: '96Mi' } },
    securityContext,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: {
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [container],
    },
  };
}
