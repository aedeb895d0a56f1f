import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NetworkClient } from '../../../scratch-workspace/src/clients/network-client.ts';
import { pinnedImage, takeLibraryImages } from '../../../scratch-workspace/src/floor.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { provision, unprovision } from '../../../scratch-workspace/src/state/provisioned.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

const environments = ['preprod', 'prod'] as const;
type EnvironmentName = (typeof environments)[number];

/** Values that no other concurrent test uses: networks of clients, ports of listeners, addresses. */
const own = process.pid % 250;
const port = { preprod: 17_000 + own * 2, prod: 17_001 + own * 2 };
const address = { preprod: `10.97.2.${own}`, prod: `10.97.3.${own}` };

let workspace: ScratchWorkspace;
/** May call preprod, and not prod. */
let tester: NetworkClient;
/** May call prod, and not preprod. */
let customer: NetworkClient;
let certificate: string;

const hostOf = (environment: EnvironmentName) => `${environment}.${workspace.hostname}`;

beforeAll(async () => {
  // Only provisions, and deploys nothing.
  workspace = await ScratchWorkspace.create('allow-list', { account: 'administrator' });
  takeLibraryImages(workspace);
  tester = await NetworkClient.create(`${workspace.id}-t`, `10.98.${own}`);
  customer = await NetworkClient.create(`${workspace.id}-c`, `10.99.${own}`);
  certificate = await makeCertificate();
  for (const [environment, network] of [
    ['preprod', '10.98'],
    ['prod', '10.99'],
  ] as const) {
    const path = `Infrastructure/environments/${environment}.yaml`;
    workspace.edit(path, /GATEWAY_PORT: \d+/, `GATEWAY_PORT: ${port[environment]}`);
    workspace.edit(path, /ENVOY_PORT: \d+/, `ENVOY_PORT: ${port[environment] + 8000}`);
    workspace.edit(path, /GATEWAY_ADDRESS: .*/, `GATEWAY_ADDRESS: ${address[environment]}`);
    workspace.edit(path, /TLS_SECRET: .*/, `TLS_SECRET: ${workspace.id}`);
    workspace.edit(`Infrastructure/kubernetes/${environment}.yaml`, '198.51.100.0/24', `${network}.${own}.0/30`);
    await provision(workspace, environment);
    await kubectl(['apply', '--filename=-'], await echoService(environment));
  }
  for (const environment of environments) {
    const namespace = workspace.namespace(environment);
    await kubectl(['wait', '--for=condition=Ready', 'pod/echo', '--timeout=60s', '--namespace', namespace]);
  }
});
afterAll(async () => {
  await tester.remove();
  await customer.remove();
  for (const environment of environments) await unprovision(workspace, environment);
  await kubectl(['delete', '--ignore-not-found', 'secret', workspace.id, '--namespace=gateway']);
  await workspace.remove();
});

/** Calls an environment's service, at its own address unless another's is meant. */
function call(client: NetworkClient, environment: EnvironmentName, at = environment) {
  return client.call(address[at], hostOf(environment), '/', certificate);
}

it('lets those through who are on the list, and services see their own addresses', async () => {
  for (const [client, environment] of [
    [tester, 'preprod'],
    [customer, 'prod'],
  ] as const) {
    const { status, body } = await untilServed(client, environment);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      'x-forwarded-for': client.address,
      'x-forwarded-proto': 'https',
      'x-envoy-external-address': client.address,
    });
  }
});

it('gives nothing to the others', async () => {
  expect(await call(customer, 'preprod')).toEqual({ status: undefined, body: 'no answer' });
  expect(await call(tester, 'prod')).toEqual({ status: undefined, body: 'no answer' });
});

it("does not serve an environment at another's address", async () => {
  // Who may call preprod says that he means prod: the host's name is his to choose.
  expect((await call(tester, 'prod', 'preprod')).status).toBeUndefined();
  expect((await call(customer, 'preprod', 'prod')).status).toBeUndefined();
});

it('does not let a route of another environment in, even by the name of its door', async () => {
  const { status } = await call(tester, 'preprod');
  await kubectl(['apply', '--filename=-'], route('preprod', hostOf('prod'), 'intruder', workspace.namespace('prod')));
  const reason = '{.status.parents[*].conditions[?(@.type=="Accepted")].reason}';
  const where = ['--namespace', workspace.namespace('preprod')];
  await kubectl(['wait', 'httproute/intruder', ...where, `--for=jsonpath=${reason}=NotAllowedByListeners`]);
  const { body } = await call(customer, 'prod');
  expect(JSON.parse(body)).toMatchObject({ served: 'prod' });
  expect(status).toBe(200);
});

it('gives the same address again when the door is made anew', async () => {
  await kubectl(['delete', 'service', `public-${workspace.namespace('preprod')}`, '--namespace=gateway']);
  await provision(workspace, 'preprod');
  expect((await untilServed(tester, 'preprod')).status).toBe(200);
  expect(await call(customer, 'preprod')).toEqual({ status: undefined, body: 'no answer' });
});

it('has whoever takes himself off the list shut out', async () => {
  workspace.edit('Infrastructure/kubernetes/preprod.yaml', /10\.98\.\d+\.0\/30/, `10.99.${own}.0/30`);
  await provision(workspace, 'preprod');
  expect((await untilServed(customer, 'preprod')).status).toBe(200);
  expect(await call(tester, 'preprod')).toEqual({ status: undefined, body: 'no answer' });
});

/** Rules and listeners follow their objects within a second or so. */
async function untilServed(client: NetworkClient, environment: EnvironmentName) {
  const deadline = Date.now() + 30_000;
  let result = await call(client, environment);
  while (result.status !== 200 && Date.now() < deadline) result = await call(client, environment);
  return result;
}

/** A certificate of this test's own, where the listeners look for it. */
async function makeCertificate(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'poc-certificate-'));
  try {
    const [key, file] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
    const names = environments.map((environment) => `DNS:${hostOf(environment)}`).join(',');
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = ['-subj', `/CN=${workspace.id}`, '-addext', `subjectAltName=${names}`];
    await runSuccessfully('openssl', [
      'req',
      '-x509',
      ...curve,
      '-keyout',
      key,
      '-out',
      file,
      '-days',
      '2',
      ...subject,
    ]);
    await kubectl(['create', 'secret', 'tls', workspace.id, `--cert=${file}`, `--key=${key}`, '--namespace=gateway']);
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A pod that answers with the headers it got, its service, and a route to it. */
async function echoService(environment: EnvironmentName): Promise<string> {
  const namespace = workspace.namespace(environment);
  const script = `require('node:http').createServer((call, answer) => answer.end(JSON.stringify({ served: '${environment}', ...call.headers }))).listen(8080)`;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'echo', namespace, labels: { app: 'echo' } },
    spec: {
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'echo',
          image: await pinnedImage('library/node:24-bookworm-slim'),
          command: ['node', '-e', script],
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'echo', namespace },
    spec: { selector: { app: 'echo' }, ports: [{ port: 80, targetPort: 8080 }] },
  };
  const objects = [pod, service].map((object) => JSON.stringify(object));
  return [...objects, route(environment, hostOf(environment), 'echo')].join('\n---\n');
}

/** @param listener the gateway's listener that it asks for; all when left out. */
function route(environment: EnvironmentName, hostname: string, name: string, listener?: string): string {
  const parent = { namespace: 'gateway', name: 'public', ...(listener === undefined ? {} : { sectionName: listener }) };
  return JSON.stringify({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace: workspace.namespace(environment) },
    spec: { parentRefs: [parent], hostnames: [hostname], rules: [{ backendRefs: [{ name: 'echo', port: 80 }] }] },
  });
}
