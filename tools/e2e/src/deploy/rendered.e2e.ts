import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { buildTool } from '../../../local-platform/src/platform.ts';

/** What teams have that come from Helm, or from `kubectl apply -k`: released with the rights of who deploys. */

const before = process.env['PATH']!;
let workspace: ScratchWorkspace;

const release = async (service: string, message: string) => {
  await workspace.commit(message);
  return workspace.taskSuccessfully(['run', `${service}:release`]);
};
const get = (environment: string, ...args: string[]) =>
  kubectl(['get', ...args, `--namespace=${workspace.namespace(environment)}`]);
const namesOf = async (environment: string, kind: string, service: string) =>
  (await get(environment, kind, `--selector=poc.dev/service=${service}`, '--output=name'))
    .split('\n')
    .filter(Boolean)
    .sort();
const buildOf = (environment: string, service: string) =>
  get(environment, 'deployment', service, '--output=jsonpath={.metadata.annotations.poc\\.dev/build-number}');

beforeAll(async () => {
  const folders = await Promise.all([buildTool('kustomize'), buildTool('helm4')]);
  process.env['PATH'] = [...folders, before].join(delimiter);
  workspace = await ScratchWorkspace.create('rendered');
}, 900_000);
afterAll(async () => {
  process.env['PATH'] = before;
  await workspace.remove();
});

/** What a chart of `helm create` needs to keep the promise, and to be let into the namespace. */
const values = `
replicaCount: 2
image: { repository: orders, tag: "put-in-by-the-release" }
service: { port: 8080 }
# Who deploys makes no accounts.
serviceAccount: { create: false, name: default }
podSecurityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
livenessProbe: { httpGet: { path: /healthz/live, port: http } }
readinessProbe: { httpGet: { path: /healthz/ready, port: http }, periodSeconds: 1 }
resources: { requests: { cpu: 20m, memory: 64Mi }, limits: { memory: 256Mi } }
`;

const extras = `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "orders.fullname" . }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{- include "orders.selectorLabels" . | nindent 6 }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  template:
    spec:
      securityContext: {{- toYaml .Values.podSecurityContext | nindent 8 }}
      containers:
        - name: orders
          image: {{ .Values.image.repository }}
          command: [node, -e, "console.log('migrated')"]
          securityContext: {{- toYaml .Values.securityContext | nindent 12 }}
          resources: {{- toYaml .Values.resources | nindent 12 }}
`;

describe('a chart that helm create made', () => {
  const folder = 'apps/orders/chart';

  it('is released, with its hook before the rollout and without its test', async () => {
    rmSync(join(workspace.folder, 'apps/orders/k8s'), { recursive: true });
    execFileSync(join(await buildTool('helm4'), 'helm'), ['create', 'orders'], {
      cwd: join(workspace.folder, 'apps/orders'),
    });
    renameSync(join(workspace.folder, 'apps/orders/orders'), join(workspace.folder, folder));
    for (const name of ['dev', 'preprod']) workspace.write(`${folder}/values-${name}.yaml`, values);
    workspace.write(`${folder}/templates/extras.yaml`, extras);
    workspace.write(
      `${folder}/templates/settings.yaml`,
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { A: "${ENVIRONMENT}" }\n',
    );
    workspace.edit(
      `${folder}/templates/deployment.yaml`,
      '          ports:',
      '          lifecycle: { preStop: { sleep: { seconds: 1 } } }\n          ports:',
    );
    workspace.edit(
      `${folder}/templates/deployment.yaml`,
      '  selector:',
      '  strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }\n  selector:',
    );
    await release('orders', 'feat(orders): deploy a chart');
    const build = await buildOf('preprod', 'orders');
    expect(build).toMatch(/^\d{8}-\d+$/);
    expect(await namesOf('preprod', 'jobs', 'orders')).toEqual([`job.batch/migrate-${build}`]);
    expect(await namesOf('preprod', 'pods', 'orders')).toEqual([]);
    const image = await get(
      'preprod',
      'deployment',
      'orders',
      '--output=jsonpath={.spec.template.spec.containers[0].image}',
    );
    expect(image).toMatch(new RegExp(`/orders:${build}@sha256:`));
    const summary = await get(
      'preprod',
      'controllerrevisions',
      '--selector=poc.dev/record-of=orders',
      '--output=jsonpath={.items[*].metadata.annotations.poc\\.dev/summary}',
    );
    expect(summary).toMatch(/"renderedBy":"helm 4\.\d+\.\d+"/);
    const settings = await namesOf('preprod', 'configmaps', 'orders');
    expect(settings).toHaveLength(1);
    expect(await get('preprod', settings[0]!, '--output=jsonpath={.data.A}')).toBe('preprod');
    // The same again changes nothing.
    expect(await workspace.taskSuccessfully(['run', 'orders:diff', '--env=preprod'])).toContain('no difference');
  });

  it('is changed, prunes what left it, and goes back without helm', async () => {
    const first = await buildOf('preprod', 'orders');
    rmSync(join(workspace.folder, folder, 'templates/settings.yaml'));
    workspace.edit(`${folder}/values-preprod.yaml`, 'cpu: 20m', 'cpu: 21m');
    await release('orders', 'feat(orders): need no settings');
    expect(await buildOf('preprod', 'orders')).not.toBe(first);
    expect(await namesOf('preprod', 'configmaps', 'orders')).toEqual([]);
    const cpu = '--output=jsonpath={.spec.template.spec.containers[0].resources.requests.cpu}';
    expect(await get('preprod', 'deployment', 'orders', cpu)).toBe('21m');
    const without = { env: { PATH: before } };
    await workspace.taskSuccessfully(['run', 'orders:rollback', '--env=preprod'], without);
    expect(await buildOf('preprod', 'orders')).toBe(first);
    expect(await namesOf('preprod', 'configmaps', 'orders')).toHaveLength(1);
    expect(await get('preprod', 'deployment', 'orders', cpu)).toBe('20m');
  });

  it('is rendered from the commit of a build, where no record has it, and says what is missing for it', async () => {
    const build = await buildOf('preprod', 'orders');
    const deploy = ['run', 'orders:k8s-deploy', '--env=dev', `--tag=${build}`, '--dry-run', '--allow-downtime'];
    workspace.write(`${folder}/values-dev.yaml`, 'broken: [');
    const refused = await workspace.task(deploy, { env: { PATH: before } });
    expect(refused.output).toContain('It takes helm 3.14 or newer, below 5, and it is not on the PATH');
    expect(refused.code).toBe(2);
    const output = await workspace.taskSuccessfully(deploy);
    expect(output).toContain('Deployment orders');
    workspace.write(`${folder}/values-dev.yaml`, values);
  });
});

describe('a tree of kustomizations with two overlays', () => {
  const folder = 'apps/payments/k8s';
  const overlay = (name: string, wait: number) => {
    workspace.write(
      `${folder}/overlays/${name}/kustomization.yaml`,
      [
        'resources: [../../base]',
        'patches: [{ path: route.yaml }]',
        'configMapGenerator:',
        `  - { name: settings, literals: [WHERE=${name}-${wait}] }`,
        '',
      ].join('\n'),
    );
  };
  const where = async (environment: string) => {
    const names = await namesOf(environment, 'configmaps', 'payments');
    expect(names).toHaveLength(1);
    return get(environment, names[0]!, '--output=jsonpath={.data.WHERE}');
  };

  it('is released to each environment by its overlay', async () => {
    const base = ['deployment', 'http-route', 'pod-disruption-budget', 'service'].map((name) => `${name}.yaml`);
    mkdirSync(join(workspace.folder, folder, 'base'));
    for (const file of base)
      renameSync(join(workspace.folder, folder, file), join(workspace.folder, folder, 'base', file));
    workspace.write(`${folder}/base/kustomization.yaml`, `resources: [${base.join(', ')}]\n`);
    for (const name of ['dev', 'preprod']) {
      overlay(name, 1);
      renameSync(
        join(workspace.folder, folder, `${name}.yaml`),
        join(workspace.folder, folder, 'overlays', name, 'route.yaml'),
      );
    }
    rmSync(join(workspace.folder, folder, 'prod.yaml'));
    await release('payments', 'feat(payments): deploy a kustomization');
    expect(await where('preprod')).toBe('preprod-1');
    await workspace.taskSuccessfully(['run', 'payments:k8s-deploy', '--env=dev']);
    expect(await where('dev')).toBe('dev-1');
  });

  it('is changed in one of them, and goes back without kustomize', async () => {
    const first = await buildOf('preprod', 'payments');
    overlay('preprod', 2);
    await release('payments', 'feat(payments): wait longer');
    expect(await where('preprod')).toBe('preprod-2');
    await workspace.taskSuccessfully(['run', 'payments:rollback', '--env=preprod'], { env: { PATH: before } });
    expect(await where('preprod')).toBe('preprod-1');
    expect(await buildOf('preprod', 'payments')).toBe(first);
  });

  it('is refused before anything is built when it fetches from elsewhere', async () => {
    workspace.write(`${folder}/base/kustomization.yaml`, 'resources: ["https://example.com/all.yaml"]\n');
    await workspace.commit('feat(payments): take it from elsewhere');
    const { code, output } = await workspace.task(['run', 'payments:release', '--force']);
    expect(output).toContain('is fetched from elsewhere');
    expect(code).toBe(2);
  });
});
