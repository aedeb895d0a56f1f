import { setTimeout as pause } from 'node:timers/promises';
import { callGateway } from '../../../scratch-workspace/src/clients/gateway.ts';
import { pinnedImage } from '../../../scratch-workspace/src/floor.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';

/** What services rely on, on the cluster of kind: `npm run test:kind`. */
const namespace = `kind-${process.pid}`;
const hostname = `${namespace}.localhost`;
const inNamespace = `--namespace=${namespace}`;

const server = `require('http').createServer((_, response) => response.end('hello')).listen(8080)`;
const caller = `
fetch(process.argv[1], { signal: AbortSignal.timeout(4000) }).then(
  async (answer) => console.log(await answer.text()),
  () => console.log('refused'),
)`;

async function apply(...items: readonly object[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await kubectl(['apply', inNamespace, '--filename=-'], list);
}

function podOf(name: string, image: string, volumes: object = {}, mounts: object = {}): object {
  const readinessProbe = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
  const containers = [{ name, image, command: ['node', '-e', server], readinessProbe, ...mounts }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 0, containers, ...volumes },
  };
}

/** Calls a service from within a pod. @returns the answer, or `refused`. */
async function call(from: string, url: string): Promise<string> {
  return (await kubectl(['exec', inNamespace, from, '--', 'node', '-e', caller, url])).trim();
}

async function until(expected: string, ask: () => Promise<string>): Promise<void> {
  while ((await ask().catch(() => '')) !== expected) await pause(300);
}

let image: string;

beforeAll(async () => {
  image = await pinnedImage('library/node:24-bookworm-slim');
  await kubectl(['create', 'namespace', namespace]);
  const selector = { app: 'hello' };
  await apply(podOf('hello', image), podOf('friend', image), podOf('stranger', image), {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'hello' },
    spec: { selector, ports: [{ port: 80, targetPort: 8080 }] },
  });
  await kubectl(['wait', inNamespace, '--for=condition=Ready', 'pod', '--all', '--timeout=240s']);
});
afterAll(async () => {
  await kubectl(['delete', 'namespace', namespace, '--wait=false']);
  await kubectl([
    'delete',
    'validatingadmissionpolicy,validatingadmissionpolicybinding',
    namespace,
    '--ignore-not-found',
  ]);
});

it('knows services by their names, and leads to them', async () => {
  await until('hello', () => call('stranger', 'http://hello'));
  await until('hello', () => call('stranger', `http://hello.${namespace}.svc.cluster.local`));
});

it('leads from the gateway to a service', async () => {
  await apply({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'hello' },
    spec: {
      hostnames: [hostname],
      parentRefs: [{ namespace: 'gateway', name: 'public' }],
      rules: [{ backendRefs: [{ name: 'hello', port: 80 }] }],
    },
  });
  await until('hello', async () => (await callGateway(hostname, '/')).body);
});

it('enforces network policies', async () => {
  await apply({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'hello' },
    spec: {
      podSelector: { matchLabels: { app: 'hello' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'friend' } } }] }],
    },
  });
  await until('refused', () => call('stranger', 'http://hello'));
  expect(await call('friend', 'http://hello')).toBe('hello');
});

it('enforces admission policies', async () => {
  const metadata = { name: namespace };
  const resourceRules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];
  await apply(
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        matchConstraints: { resourceRules },
        validations: [{ expression: "object.metadata.name != 'forbidden'", message: 'not this one' }],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: {
        policyName: namespace,
        validationActions: ['Deny'],
        matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
      },
    },
  );
  const create = (name: string) =>
    kubectl(['create', inNamespace, 'configmap', name, '--dry-run=server']).then(
      () => 'created',
      (error: Error) => (error.message.includes('not this one') ? 'denied' : error.message),
    );
  await until('denied', () => create('forbidden'));
  expect(await create('allowed')).toBe('created');
});

it('gives a claim a volume', async () => {
  const resources = { requests: { storage: '1Mi' } };
  await apply(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources },
    },
    podOf(
      'keeper',
      image,
      { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
      { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
    ),
  );
  await kubectl(['wait', inNamespace, '--for=condition=Ready', 'pod/keeper', '--timeout=240s']);
  const write = "require('fs').writeFileSync('/data/kept', 'yes')";
  await kubectl(['exec', inNamespace, 'keeper', '--', 'node', '-e', write]);
  expect(await kubectl(['exec', inNamespace, 'keeper', '--', 'cat', '/data/kept'])).toBe('yes');
});
