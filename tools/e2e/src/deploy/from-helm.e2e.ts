import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildTool } from '../../../local-platform/src/platform.ts';
import { startLoad } from '../../../load/src/gateway-load.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

/** The commands of docs/from-helm.md, in their order, with the chart that `helm create` writes. */

let workspace: ScratchWorkspace;
let namespace: string;
/** The image with which Helm began. */
let image: string;
let repository: string;

const chart = 'charts/orders';
const values = () => `
replicaCount: 2
image: { repository: "${repository}", tag: "${image.slice(repository.length + 1)}" }
service: { port: 8080 }
serviceAccount: { create: false, name: default }
podSecurityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
livenessProbe: { httpGet: { path: /healthz/live, port: http } }
readinessProbe: { httpGet: { path: /healthz/ready, port: http }, periodSeconds: 1 }
resources: { requests: { cpu: 20m, memory: 64Mi }, limits: { memory: 256Mi } }
httpRoute:
  enabled: true
  parentRefs: [{ name: public, namespace: gateway }]
  hostnames: ["${workspace.hostname}"]
  rules:
    - matches: [{ path: { type: PathPrefix, value: /orders } }]
      filters:
        - { type: URLRewrite, urlRewrite: { path: { type: ReplacePrefixMatch, replacePrefixMatch: / } } }
`;

/** Runs helm as who installed the chart. */
async function helm(tool: 'helm3' | 'helm4', ...args: string[]): Promise<string> {
  const where = [`--namespace=${namespace}`, `--kubeconfig=${workspace.administratorKubeconfig}`];
  const program = join(await buildTool(tool), 'helm');
  return runSuccessfully(program, [...args, ...where, `--kube-context=${namespace}`], {
    cwd: workspace.folder,
  });
}

/** The namespace takes images with a digest only. */
async function digestOf(tag: string): Promise<string> {
  const [host, ...path] = repository.split('/');
  const accept =
    'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
  const answer = await fetch(`http://${host}/v2/${path.join('/')}/manifests/${tag}`, { headers: { accept } });
  return answer.headers.get('docker-content-digest')!;
}

/** Asks for what the deployment says of itself. */
const ask = (path: string) =>
  kubectl(['get', 'deployment', 'orders', `--namespace=${namespace}`, `--output=jsonpath=${path}`]);
const owner = () => ask('{.metadata.labels.app\\.kubernetes\\.io/managed-by}');
const runs = () => ask('{.spec.template.spec.containers[0].image}');

/** Does something while requests are made. */
async function underLoad(action: () => Promise<unknown>): Promise<void> {
  const load = await startLoad(workspace.hostname, '/orders/healthz/ready', { mostSeconds: 200 });
  try {
    await action();
  } finally {
    const { requests, failed } = await load.stop();
    expect(failed).toEqual({});
    expect(requests).toBeGreaterThan(100);
  }
}

beforeAll(async () => {
  await Promise.all([buildTool('helm3'), buildTool('helm4')]);
  workspace = await ScratchWorkspace.create('from helm');
  namespace = workspace.namespace('preprod');
}, 900_000);
afterAll(() => workspace.remove());

it('finds a chart that helm installed, and refuses its objects as those of Helm', async () => {
  const built = await workspace.taskSuccessfully(['run', 'orders:docker-release']);
  repository = `${await workspace.registry()}/orders`;
  const [number] = /\b\d{8}-\d+\b/.exec(built)!;
  image = `${repository}:${number}@${await digestOf(number)}`;
  mkdirSync(join(workspace.folder, 'charts'));
  await runSuccessfully(join(await buildTool('helm4'), 'helm'), ['create', chart], { cwd: workspace.folder });
  workspace.write('charts/values.yaml', values());
  await helm('helm4', 'install', 'orders', chart, '--values=charts/values.yaml', '--wait');
  expect(await owner()).toBe('Helm');

  // Step 1: what runs.
  rmSync(join(workspace.folder, 'apps/orders/k8s'), { recursive: true });
  const manifest = await helm('helm4', 'get', 'manifest', 'orders');
  workspace.write('apps/orders/k8s/orders.yaml', manifest.replace(/^ *helm\.sh\/chart: .*\n/gm, ''));

  // Step 2: what a release would refuse.
  const adopt = ['g', '@poc/plugin:adopt', 'orders', '--offline'];
  const report = await workspace.nx(adopt);
  expect(report.output).toContain('lifecycle.preStop');
  expect(report.code).toBe(2);
  const written = await workspace.nx([...adopt, '--write']);
  expect(written.output).toContain('Nothing is left.');
  expect(written.code).toBe(0);
  // As short as all suites have it.
  workspace.edit('apps/orders/k8s/orders.yaml', 'seconds: 10', 'seconds: 1');

  // Step 3: look.
  await workspace.commit('feat(orders): come from Helm');
  const refused = await workspace.task(['run', 'orders:release', '--dry-run']);
  expect(refused.output).toContain('belongs to Helm (orders)');
  expect(refused.code).toBe(2);
  const looked = await workspace.taskSuccessfully(['run', 'orders:release', '--dry-run', '--adopt']);
  expect(looked).toMatch(/preprod: Deployment orders has \d+ fields from helm \(.*spec\.template.*\): taken over/);
  expect(looked).toMatch(/preprod: Service orders has \d+ fields from helm/);
  expect([await owner(), await runs()]).toEqual(['Helm', image]);
});

it('takes over under requests, and goes back to Helm, without a failed one', async () => {
  // Step 4: take over.
  await underLoad(() => workspace.taskSuccessfully(['run', 'orders:release', '--adopt']));
  expect(await owner()).toBe('poc');
  expect(await runs()).toContain('@sha256:');
  expect(await ask('{.metadata.managedFields[*].manager}')).not.toContain('helm');
  // The way back, while Helm knows its release.
  await underLoad(() =>
    helm('helm4', 'upgrade', 'orders', `./${chart}`, '--reuse-values', '--force-conflicts', '--wait'),
  );
  expect([await owner(), await runs()]).toEqual(['Helm', image]);
  expect(await helm('helm4', 'status', 'orders')).toMatch(/STATUS: deployed[^]*REVISION: 2/);
});

it('makes Helm forget, and goes back to it all the same', async () => {
  await workspace.taskSuccessfully(['run', 'orders:k8s-deploy', '--env=preprod', '--adopt', '--force']);
  // Step 5: make Helm forget.
  await kubectl(['delete', 'secret', `--namespace=${namespace}`, '--selector=owner=helm,name=orders']);
  expect(await helm('helm3', 'list', '--short')).toBe('');
  expect(await owner()).toBe('poc');
  const back = ['upgrade', '--install', 'orders', `./${chart}`, '--values=charts/values.yaml', '--take-ownership'];
  await underLoad(() => helm('helm3', ...back, '--wait'));
  expect([await owner(), await runs()]).toEqual(['Helm', image]);
});
