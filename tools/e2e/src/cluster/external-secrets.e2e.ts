import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildExternalSecrets } from '../../../local-platform/src/platform.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { startCommand, type RunningCommand } from '../../../scratch-workspace/src/run-command.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { podsOf } from '../../../scratch-workspace/src/state/cluster-state.ts';
import { provision } from '../../../scratch-workspace/src/state/provisioned.ts';

/*
 * The operator of External Secrets itself, with its provider for tests: the store is the environment's configuration, what a
 * service wants of it is released with the service, by the deployer.
 */

const folder = 'Infrastructure/kubernetes';
const [deployment, wish] = ['apps/payments/k8s/deployment.yaml', 'apps/payments/k8s/external-secret.yaml'];
const store = (value: string) => `apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: vault, namespace: '\${NAMESPACE}' }
spec:
  provider:
    fake:
      data:
        - { key: partner, value: ${value} }
`;
const externalSecret = (key: string) => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: payments-partner
  annotations: { poc.dev/health: required }
spec:
  secretStoreRef: { kind: SecretStore, name: vault }
  refreshInterval: 1s
  target: { name: payments-partner }
  data:
    - secretKey: PARTNER_TOKEN
      remoteRef: { key: ${key} }
`;

let workspace: ScratchWorkspace;
let preprod: string;
let definitions: string[];
let operator: RunningCommand;

beforeAll(async () => {
  const built = await buildExternalSecrets();
  const crds = readdirSync(join(built, 'crds')).filter((name) => name.includes('external-secrets.io_'));
  definitions = crds.map((name) => `--filename=${join(built, 'crds', name)}`);
  await kubectl(['apply', '--server-side', ...definitions]);
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', ...definitions]);
  workspace = await ScratchWorkspace.create('external secrets');
  preprod = workspace.namespace('preprod');
  const args = ['--namespace', preprod, '--metrics-addr=127.0.0.1:0', '--store-requeue-interval=1s'];
  const others = ['cluster-store', 'cluster-external-secret', 'push-secret', 'cluster-push-secret'];
  operator = startCommand(
    join(built, 'external-secrets'),
    [...args, ...others.map((each) => `--enable-${each}-reconciler=false`)],
    { env: { KUBECONFIG: workspace.administratorKubeconfig } },
  );
  const kept = ['namespace.yaml', 'deployer.yaml'];
  for (const each of readdirSync(join(workspace.folder, folder)))
    if (!kept.includes(each)) rmSync(join(workspace.folder, folder, each), { recursive: true });
  workspace.edit(
    `${folder}/deployer.yaml`,
    'rules:\n',
    `rules:
  - apiGroups: [external-secrets.io]
    resources: [externalsecrets]
    verbs: [get, list, watch, create, patch, delete]
`,
  );
  workspace.write(`${folder}/secret-store.yaml`, store('from-the-vault-1'));
  await provision(workspace, 'preprod');
});
afterAll(async () => {
  await workspace.remove();
  // Its objects have finalizers of the operator's.
  await kubectl(['wait', '--for=delete', `namespace/${preprod}`, '--timeout=120s']);
  operator.end('SIGTERM');
  await operator.ended;
  await kubectl(['delete', '--ignore-not-found', '--wait=false', ...definitions]);
});

const valueInPods = async () => {
  const pods = await podsOf('payments', preprod);
  const exec = (name: string) => kubectl(['exec', '--namespace', preprod, name, '--', 'printenv', 'PARTNER_TOKEN']);
  return new Set((await Promise.all(pods.map(({ metadata }) => exec(metadata.name)))).map((text) => text.trim()));
};
const secretThere = async () =>
  Buffer.from(
    await kubectl([
      'get',
      'secret',
      'payments-partner',
      '--namespace',
      preprod,
      '--output=jsonpath={.data.PARTNER_TOKEN}',
    ]),
    'base64',
  ).toString();

it('releases what a service wants of a vault with the service, and calls nothing of the operator drift', async () => {
  workspace.write(wish, externalSecret('partner'));
  workspace.edit(deployment, /^( +)env:\n/m, '$1envFrom:\n$1  - secretRef: { name: payments-partner }\n$1env:\n');
  await workspace.commit('feat(payments): call a partner');
  const said = await workspace.taskSuccessfully(['run', 'payments:release']).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${operator.soFar().slice(-3000)}`);
  });
  expect(await valueInPods()).toEqual(new Set(['from-the-vault-1']));
  expect(said).not.toContain('from-the-vault');

  // The vault has a new value: the Secret gets it, and nothing is to be released.
  workspace.write(`${folder}/secret-store.yaml`, store('from-the-vault-2'));
  await provision(workspace, 'preprod');
  await expectEventually(secretThere, 'from-the-vault-2');
  expect(await workspace.taskSuccessfully(['run', 'payments:status', '--env=preprod'])).not.toMatch(/DRIFT|drift:/);
  const generation = () =>
    kubectl(['get', 'deployment', 'payments', '--namespace', preprod, '--output=jsonpath={.metadata.generation}']);
  const before = await generation();
  await workspace.taskSuccessfully(['run', 'payments:release']);
  expect(await generation()).toBe(before);
});

it('fails a release that wants what the vault does not have, and goes back', async () => {
  const file = 'Infrastructure/environments/preprod.yaml';
  workspace.write(file, `${workspace.read(file)}rollout: { grace: 5s }\n`);
  workspace.write(wish, externalSecret('nobody-has-it'));
  await workspace.commit('feat(payments): another partner');
  const { code, output } = await workspace.task(['run', 'payments:release']);
  expect({ code, output }).toMatchObject({
    code: 1,
    output: expect.stringContaining('ExternalSecret payments-partner'),
  });
  const wanted = ['get', 'externalsecret', 'payments-partner', '--namespace', preprod];
  expect(await kubectl([...wanted, '--output=jsonpath={.spec.data[0].remoteRef.key}'])).toBe('partner');
  expect(await secretThere()).toBe('from-the-vault-2');
});

async function expectEventually(read: () => Promise<string>, wanted: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  let found = await read();
  while (found !== wanted && Date.now() < deadline) found = await read();
  expect(found).toBe(wanted);
}
