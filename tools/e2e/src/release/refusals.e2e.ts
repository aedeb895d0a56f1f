import { createServer } from 'node:http';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { takeImagesOf } from '../../../scratch-workspace/src/floor.ts';
import { platform } from '../../../scratch-workspace/src/platform.ts';
import { objectVersions } from '../../../scratch-workspace/src/state/cluster-state.ts';
import { tagsOf } from '../../../scratch-workspace/src/state/registry-state.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

let workspace: ScratchWorkspace;
let start: string;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('refusals');
  await workspace.taskSuccessfully(['run', 'payments:release']);
  start = await workspace.git(['rev-parse', 'HEAD']);
});
afterAll(() => workspace.remove());
afterEach(() => workspace.restore(start));

/** Everything that a release could change. */
async function world() {
  const registry = await tagsOf(`${workspace.id}/payments`);
  return {
    refs: await workspace.originRefs(),
    localTags: await workspace.git(['tag', '--list']),
    images: registry.sort(),
    preprod: await objectVersions(workspace.namespace('preprod')),
    prod: await objectVersions(workspace.namespace('prod')),
  };
}

interface Refused {
  readonly env?: NodeJS.ProcessEnv;
  /** True when Nx is started, which makes checks of its own before it runs what a release depends on. */
  readonly byNx?: boolean;
}

/** Runs a command that must be refused: exit code 2, a headline with a hint that names what matters, no stack, nothing changed. */
async function refused(
  args: readonly string[],
  texts: readonly (string | RegExp)[],
  { env = {}, byNx = false }: Refused = {},
): Promise<void> {
  const before = await world();
  const { code, output } = await (byNx ? workspace.nx(args, { env }) : workspace.task(args, { env }));
  for (const text of texts) expect(output).toMatch(text);
  expect(output).toMatch(/^Could not .*\n {2}hint: /m);
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  expect({ code, ...(await world()) }).toEqual({ code: 2, ...before });
}

const release = ['run', 'payments:release'];
/** So that there is something to release. */
const touch = () => workspace.edit('apps/payments/k8s/deployment.yaml', 'periodSeconds: 10', 'periodSeconds: 11');

describe('what stands in the workspace', () => {
  it('a dirty working tree', async () => {
    touch();
    const texts = ['The working tree has 1 uncommitted change.', 'apps/payments/k8s/deployment.yaml'];
    await refused(release, [...texts, '--allow-dirty'], { byNx: true });
  });

  it('a dirty working tree for an environment that takes none', async () => {
    touch();
    await refused([...release, '--allow-dirty'], ['preprod does not accept builds of uncommitted changes']);
  });

  it('a file that git ignores but the build needs', async () => {
    workspace.write('.gitignore', `${workspace.read('.gitignore')}\napps/payments/src/secret.ts\n`);
    touch();
    await workspace.commit('chore: ignore a source');
    workspace.write('apps/payments/src/secret.ts', 'export const secret = 1;\n');
    await refused(release, ['Git ignores apps/payments/src/secret.ts']);
  });

  it('a manifest with an unknown field', async () => {
    workspace.edit('apps/payments/k8s/deployment.yaml', 'replicas: 2', 'replicas: 2\n  replikas: 3');
    await workspace.commit('feat: typo');
    await refused(release, ['Deployment payments', /replikas/]);
  });

  it('an unresolved ${NAME}', async () => {
    workspace.edit('apps/payments/k8s/http-route.yaml', '${GATEWAY_NAME}', '${GATEWAY_NAMES}');
    await workspace.commit('feat: typo');
    await refused(release, [/GATEWAY_NAMES/, /HTTPRoute payments/]);
  });

  it('a Secret with data', async () => {
    workspace.write(
      'apps/payments/k8s/secret.yaml',
      'apiVersion: v1\nkind: Secret\nmetadata: { name: payments }\nstringData: { key: hunter2 }\n',
    );
    await workspace.commit('feat: secret');
    await refused(release, [/Secret payments/]);
  });

  it('manifests that cannot keep the promise', async () => {
    workspace.edit('apps/payments/k8s/deployment.yaml', 'replicas: 2', 'replicas: 1');
    await workspace.commit('feat: one is enough');
    await refused(release, ['Requests would fail', 'spec.replicas', '--allow-downtime']);
  });

  it('no container of the service', async () => {
    const file = 'apps/payments/k8s/deployment.yaml';
    workspace.edit(file, '- name: payments', '- { name: proxy, image: proxy }\n        - name: main');
    workspace.edit(file, 'image: payments', 'image: main');
    await workspace.commit('feat: another name');
    await refused(release, ['None of the containers in its manifests is named "payments"']);
  });

  it('YAML that is none', async () => {
    workspace.write('apps/payments/k8s/service.yaml', 'kind: Service\n  metadata: [');
    await workspace.commit('feat: broken');
    await refused(release, ['apps/payments/k8s/service.yaml']);
  });
});

describe('environments', () => {
  const file = 'Infrastructure/environments/preprod.yaml';
  it.each([
    ['an unknown key', /^deploy:/m, 'deployy:', ['deployy', 'Did you mean "deploy"']],
    ['a missing context', /context: .*/, 'context: nowhere', ['nowhere']],
    ['a missing namespace', /^namespace: .*/m, 'namespace: not-there', ['not-there']],
    ['an unreachable registry', /^registry: .*/m, 'registry: 127.0.0.1:9/team', ['127.0.0.1:9']],
  ])('%s', async (_, from, to, texts) => {
    workspace.edit(file, from, to);
    touch();
    await workspace.commit('chore: environment');
    await refused(release, texts);
  });

  it('an unreachable cluster', async () => {
    const kubeconfig = join(workspace.folder, '..', 'kubeconfig');
    const cluster = { name: 'gone', cluster: { server: 'https://127.0.0.1:9' } };
    const context = { name: 'gone', context: { cluster: 'gone', user: 'gone' } };
    workspace.write(
      '../kubeconfig',
      JSON.stringify({ clusters: [cluster], contexts: [context], users: [{ name: 'gone', user: {} }] }),
    );
    workspace.edit(file, /context: .*/, 'context: gone');
    touch();
    await workspace.commit('chore: environment');
    await refused(release, ['https://127.0.0.1:9', 'gone'], { env: { KUBECONFIG: kubeconfig } });
  });
});

describe('the outside', () => {
  it('no container engine', async () => {
    touch();
    await workspace.commit('feat: change');
    const env = { DOCKER_HOST: 'unix:///nowhere.sock', POC_CONTAINER_ENGINE: 'docker' };
    await refused(release, ['docker cannot be used here'], { env });
  });

  it('a registry that refuses the credentials', async () => {
    const server = createServer((_, answer) =>
      answer.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end(),
    );
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
    );
    workspace.edit('Infrastructure/environments/preprod.yaml', /^registry: .*/m, `registry: 127.0.0.1:${port}`);
    touch();
    await workspace.commit('feat: change');
    await takeImagesOf(workspace.namespace('preprod'), `127.0.0.1:${port}`);
    try {
      await refused(release, [`127.0.0.1:${port}`, 'docker login']);
    } finally {
      await takeImagesOf(workspace.namespace('preprod'), (await platform()).registry);
      server.close();
      server.closeAllConnections();
    }
  });

  it('an origin that refuses every push', async () => {
    touch();
    await workspace.commit('feat: change');
    const hook = join(workspace.origin, 'hooks', 'pre-receive');
    workspace.write(`../origin.git/hooks/pre-receive`, '#!/bin/sh\necho "no pushes today" >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    await refused(release, ['no pushes today']);
    rmSync(hook);
  });

  it('an origin that refuses the tag: nothing is deployed, and running again finishes it', async () => {
    touch();
    await workspace.commit('feat: change');
    const hook = join(workspace.origin, 'hooks', 'update');
    workspace.write(
      '../origin.git/hooks/update',
      '#!/bin/sh\ncase "$1" in refs/tags/*) echo "no tags today" >&2; exit 1;; esac\n',
    );
    chmodSync(hook, 0o755);
    const before = await world();
    const { code, output } = await workspace.nx(release);
    expect(output).toContain('no tags today');
    const after = await world();
    expect({ code, localTags: after.localTags, preprod: after.preprod }).toEqual({
      code: 2,
      localTags: before.localTags,
      preprod: before.preprod,
    });
    rmSync(hook);
    expect(await workspace.nxSuccessfully(release)).toMatch(/payments \d{8}-\d+: runs in preprod/);
  });
});

describe('options', () => {
  it.each([
    [
      ['run', 'payments:release', '--dry-runn'],
      ['--dry-runn', 'A similar option is `--dry-run`'],
    ],
    [['run', 'payments:release', '--bogus=3'], ['--bogus']],
    [['run', 'payments:release', '--timeout=soon'], ['--timeout']],
    [['run', 'payments:release', '--dry-run=maybe'], ['--dry-run']],
    [
      ['run', 'payments:k8s-deploy', '--env=preprod', '--tag=20261124.1'],
      ['20261124.1', 'Nx reads it as the number'],
    ],
    [['run', 'payments:k8s-deploy', '--env=preprod', '--tag=20261324-1'], ['20261324-1']],
    [['run', 'payments:k8s-deploy', '--env=preprod', '--tag=orders-20261124-1'], ['That is a release of orders']],
    [['run', 'payments:k8s-deploy', '--env=preprod', '--tag=20200101-1'], ['There is no tag payments-20200101-1']],
    [['run', 'payments:k8s-deploy', '--env=preprodd'], ['Did you mean "preprod"']],
    [['run', 'payments:k8s-deploy', '--env'], ['--env']],
    [['run', 'payments:git-tag', '--tag=20200101-1'], ['does not exist']],
    [['run', 'payments:status', '--env=moon'], ['find the environment moon']],
  ])('%j', async (args, texts) => {
    await refused(args, texts, { byNx: true });
  });
});
