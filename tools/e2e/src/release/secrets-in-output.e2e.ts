import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { samplePassword, samplePem, samplePemParts, sampleTokens } from '../../../contracts/src/secret-samples.ts';
import { HttpOrigin } from '../../../scratch-workspace/src/http-origin.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { GitHubDescription } from '../../../simulators/src/github/github-description.ts';
import { GitHubSimulator, simulatorToken } from '../../../simulators/src/github/github-simulator.ts';

let origin: HttpOrigin;
let workspace: ScratchWorkspace;
let simulator: GitHubSimulator;
let folder: string;
/** Of no known form: it is masked because the variable's name says that it is secret. */
const opaque = ['zq', 'Opaque', '77'].join('-');
const token = sampleTokens['GitHub']!;
/** What must be nowhere. The last is only of the log: a forge gets none of its words. */
const secrets = [samplePassword, token, token.slice(8), opaque, ...samplePemParts];
const words = 'words-of-the-log';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'poc e2e secrets '));
  workspace = await ScratchWorkspace.create('secrets');
  origin = await HttpOrigin.start(await workspace.git(['remote', 'get-url', 'origin']));
  await workspace.git(['remote', 'set-url', 'origin', origin.repository]);
  simulator = await GitHubSimulator.start(await GitHubDescription.load());
  simulator.hasAllTags = true;
  const values = {
    DSN: `postgres://u:${samplePassword}@db/orders`,
    TOKEN: token,
    KEY: samplePem('RSA '),
    OPAQUE: opaque,
  };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'leaky' }, stringData: values };
  await kubectl(['apply', `--namespace=${namespace()}`, '--filename=-'], JSON.stringify(secret));
});

afterAll(async () => {
  await simulator?.stop();
  await workspace?.remove();
  await origin?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const namespace = () => workspace.namespace('preprod');
/** Ends with all of its secrets in its log, and in its termination message. */
const leak = {
  name: 'orders',
  command: [
    'node',
    '-e',
    `const { DSN, TOKEN, KEY, OPAQUE } = process.env; console.error('${words}\\n' + KEY);
     console.error(JSON.stringify({ DSN, OPAQUE }), '\\nconnect to', DSN, 'with', TOKEN, 'and', OPAQUE, Buffer.from(DSN).toString('base64'));
     require('fs').writeFileSync('/dev/termination-log', '${words} ' + DSN + ' ' + TOKEN + ' ' + OPAQUE + '\\n' + KEY); process.exit(1);`,
  ],
  envFrom: [{ secretRef: { name: 'leaky' } }],
};

/** Releases orders, which fails. @returns all that came of it: what was printed, recorded and told. */
async function failingRelease(): Promise<Record<'output' | 'page' | 'cluster' | 'history' | 'forge', string>> {
  const page = join(folder, 'page.md');
  writeFileSync(page, '');
  const run = { GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'acme/shop', GITHUB_RUN_ID: '7', GITHUB_STEP_SUMMARY: page };
  const access = {
    GITHUB_TOKEN: simulatorToken,
    GITHUB_API_URL: simulator.api,
    GITHUB_SERVER_URL: origin.url,
  };
  const env = { ...run, ...access, SHOP_TOKEN: opaque };
  const { code, output } = await workspace.task(['run', 'orders:release', '--timeout=180'], { env });
  expect(code).toBe(1);
  // Pods themselves have it in their status: whoever writes it there answers for that.
  const kinds = 'controllerrevisions,deployments,replicasets,jobs,leases,configmaps,services,events';
  return {
    output,
    page: readFileSync(page, 'utf8'),
    cluster: await kubectl(['get', kinds, `--namespace=${namespace()}`, '--output=json']),
    history: (await workspace.task(['run', 'orders:history', '--env=preprod', '--json'], { env })).output,
    forge: JSON.stringify(simulator.seen),
  };
}

async function expectNothingIn(told: Awaited<ReturnType<typeof failingRelease>>): Promise<void> {
  for (const [place, text] of Object.entries(told))
    for (const secret of secrets)
      expect([place, text.includes(secret) ? secret : 'nothing']).toEqual([place, 'nothing']);
  // It was there to be told, and people are told what is not secret of it. (The page cuts reasons short.)
  for (const text of [told.output, told.history]) expect(text).toContain(words);
  expect(told.output).toContain('postgres://u:***@db/orders');
  expect(told.forge).toContain('rollout-failed');
  expect(told.forge).not.toContain(words);
}

it('a Job that prints secrets when it fails publishes none of them', async () => {
  const labels = { 'app.kubernetes.io/name': 'orders', 'app.kubernetes.io/instance': 'orders' };
  const security = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  const resources = { requests: { cpu: '20m', memory: '64Mi' }, limits: { memory: '256Mi' } };
  const pod = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [{ ...leak, image: 'orders', securityContext: security, resources }],
  };
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'orders-migrate', labels } };
  const spec = { backoffLimit: 0, template: { spec: pod } };
  workspace.write('apps/orders/k8s/jobs/1-migrate.yaml', JSON.stringify({ ...job, spec }));
  await workspace.commit('feat(orders): migrate');
  await expectNothingIn(await failingRelease());
});

it('a pod that prints secrets when it crashes publishes none of them', async () => {
  await workspace.git(['rm', '--quiet', 'apps/orders/k8s/jobs/1-migrate.yaml']);
  const template = { spec: { containers: [leak] } };
  const overlay = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'orders' }, spec: { template } };
  workspace.write('apps/orders/k8s/preprod.yaml', JSON.stringify(overlay));
  await workspace.commit('feat(orders): crash');
  await expectNothingIn(await failingRelease());
});
