import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { ApiProxy } from '../../../simulators/src/kubernetes/api-proxy.ts';

let workspace: ScratchWorkspace;

const folder = 'Infrastructure/kubernetes';
const preprod = () => workspace.namespace('preprod');
const provision = (...options: string[]) => ['run', 'infrastructure:provision', '--env=preprod', ...options];

const namespace = `apiVersion: v1
kind: Namespace
metadata:
  name: \${NAMESPACE}
  labels: { pod-security.kubernetes.io/enforce: '\${POD_SECURITY}' }
`;
const quota = (pods: number) => `apiVersion: v1
kind: ResourceQuota
metadata: { name: usual }
spec: { hard: { pods: '${pods}' } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: "\${NAMESPACE}-look" }
rules: [{ apiGroups: [''], resources: [nodes], verbs: [get] }]
`;
const policy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: extra }
spec: { podSelector: { matchLabels: { app: none } } }
`;

/** Returns the field of an object at a path. */
async function fieldOf(kind: string, name: string, path: string): Promise<string> {
  return kubectl(['get', kind, name, `--namespace=${preprod()}`, '--ignore-not-found', `--output=jsonpath={${path}}`]);
}

const podsAllowed = () => fieldOf('resourcequota', 'usual', '.spec.hard.pods');
const marked = () => fieldOf('namespace', preprod(), '.metadata.annotations.poc\\.dev/provisioning');

/** Versions and endings of what was recorded, oldest first: `20261126-1 succeeded`. */
async function records(): Promise<string[]> {
  const text = await kubectl([
    'get',
    'controllerrevisions',
    '--namespace=poc-provisioning',
    `--selector=poc.dev/provisioning-of=${preprod()}`,
    '--sort-by=.revision',
    '--output=jsonpath={range .items[*]}{.metadata.annotations.poc\\.dev/version} {.metadata.annotations.poc\\.dev/outcome}{"\\n"}{end}',
  ]);
  return text.split('\n').filter((line) => line !== '');
}

/** Versions, oldest first. */
async function versions(): Promise<string[]> {
  const tags = await workspace.git(['tag', '--list', 'provisioning-*', '--sort=version:refname'], workspace.origin);
  return tags.split('\n').filter((tag) => tag !== '');
}

beforeAll(async () => {
  // Provisions namespaces, accounts and their rights, and deploys nothing.
  workspace = await ScratchWorkspace.create('provision', { account: 'administrator' });
  // The repository's own configuration is shared with others on this cluster.
  rmSync(join(workspace.folder, folder), { recursive: true, force: true });
  // Here it is provisioning that makes the namespaces.
  await kubectl(['delete', 'namespace', preprod()]);
  workspace.write(`${folder}/namespace.yaml`, namespace);
  workspace.write(`${folder}/limits.yaml`, quota(40));
  workspace.write(`${folder}/prod.yaml`, quota(80).split('---')[0]!);
  for (const environment of ['dev', 'preprod', 'prod'])
    workspace.edit(
      `Infrastructure/environments/${environment}.yaml`,
      /^variables:$/m,
      'variables:\n  POD_SECURITY: baseline',
    );
});
afterAll(async () => {
  for (const environment of ['dev', 'preprod', 'prod'])
    await kubectl(['delete', 'clusterrole', '--ignore-not-found', `${workspace.namespace(environment)}-look`]);
  await workspace.remove();
});

describe('packaging', () => {
  it('refuses what no commit holds, then tags, once for each content, and tells the CI', async () => {
    const dirty = await workspace.task(['run', 'infrastructure:package']);
    expect(dirty.output).toContain('uncommitted changes of it');
    expect(dirty.code).toBe(2);
    await workspace.commit('feat: namespaces with limits');
    const azure = { env: { TF_BUILD: 'True' } };
    const output = await workspace.taskSuccessfully(['run', 'infrastructure:package'], azure);
    const [tag] = await versions();
    expect(tag).toMatch(/^provisioning-\d{8}-1$/);
    expect(output).toContain(`##vso[task.setvariable variable=tag;isOutput=true]${tag}\n`);
    workspace.edit('README.md', /^/, '\n');
    await workspace.commit('docs: of no configuration');
    expect(await workspace.taskSuccessfully(['run', 'infrastructure:package'])).toContain(`${tag}: nothing to package`);
    expect(await versions()).toEqual([tag]);
  });
});

describe('provisioning', () => {
  it('tries all of it first, also where the namespace is still to be made', async () => {
    const output = await workspace.taskSuccessfully(provision('--dry-run'));
    expect(output).toContain(`Namespace ${preprod()} created`);
    expect(output).toContain(`ResourceQuota usual in ${preprod()} created`);
    expect(await fieldOf('namespace', preprod(), '.metadata.name')).toBe('');
    workspace.edit(`${folder}/limits.yaml`, 'hard: { pods', 'hrad: { pods');
    await workspace.commit('feat: a mistake');
    const { code, output: refused } = await workspace.task(provision());
    expect(refused).toContain('ResourceQuota usual: there is no field "spec.hrad" in this kind');
    expect(code).toBe(2);
    expect(await fieldOf('namespace', preprod(), '.metadata.name')).toBe('');
    await workspace.restore('HEAD~1');
  });

  it('makes the namespace and what belongs to it, marks it, and has nothing to do then', async () => {
    const [tag] = await versions();
    expect(await workspace.taskSuccessfully(provision())).toContain(`preprod: has ${tag}`);
    expect(await podsAllowed()).toBe('40');
    expect(`provisioning-${await marked()}`).toBe(tag);
    expect(await workspace.taskSuccessfully(provision())).toContain(`preprod: nothing to do, it has ${tag}`);
    expect(await records()).toEqual([`${await marked()} succeeded`]);
    expect(await workspace.taskSuccessfully(['run', 'infrastructure:status'])).toContain(
      `Provisioned: preprod ${await marked()}`,
    );
  });

  it('shows what was changed by hand, field by field, and puts it right', async () => {
    await kubectl([
      'patch',
      'resourcequota',
      'usual',
      `--namespace=${preprod()}`,
      '--patch={"spec":{"hard":{"pods":"7"}}}',
    ]);
    const output = await workspace.taskSuccessfully(provision('--dry-run'));
    expect(output).toContain('spec.hard.pods: "7" → "40"');
    expect(await podsAllowed()).toBe('7');
    await workspace.taskSuccessfully(provision());
    expect(await podsAllowed()).toBe('40');
  });

  it('lets one of several write at once', async () => {
    workspace.write(`${folder}/limits.yaml`, quota(50));
    await workspace.commit('feat: more pods');
    await workspace.taskSuccessfully(['run', 'infrastructure:package']);
    const ended = await Promise.all([1, 2, 3].map(() => workspace.nx(provision())));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(ended.filter(({ output }) => output.includes('nothing to do'))).toHaveLength(2);
    expect(await podsAllowed()).toBe('50');
    const version = await marked();
    expect((await records()).filter((line) => line.startsWith(`${version} `))).toEqual([`${version} succeeded`]);
  });

  it('needs an approval where the environment is protected, and lays its overlay over the rest', async () => {
    const prod = ['run', 'infrastructure:provision', '--env=prod'];
    const [plan] = await workspace.plansOf(prod);
    const { code, output } = await workspace.task([...prod, `--approve=${plan}`]);
    expect(output).toContain('Could not provision prod: prod is protected');
    expect(code).toBe(2);
    await workspace.approved(prod);
    const path = '--output=jsonpath={.spec.hard.pods}';
    expect(await kubectl(['get', 'resourcequota', 'usual', `--namespace=${workspace.namespace('prod')}`, path])).toBe(
      '80',
    );
  });

  it('takes away what is gone from it, and goes back by a tag with the values of then', async () => {
    workspace.write(`${folder}/extra.yaml`, policy);
    workspace.edit('Infrastructure/environments/preprod.yaml', 'POD_SECURITY: baseline', 'POD_SECURITY: privileged');
    await workspace.commit('feat: a policy');
    await workspace.taskSuccessfully(provision());
    expect(await fieldOf('networkpolicy', 'extra', '.metadata.name')).toBe('extra');
    const before = (await versions()).at(-2)!;
    const output = await workspace.taskSuccessfully(provision(`--tag=${before}`));
    expect(output).toContain(`NetworkPolicy extra in ${preprod()} deleted`);
    expect(output).toContain(`rolled back from ${(await versions()).at(-1)} to ${before}`);
    expect(await fieldOf('networkpolicy', 'extra', '.metadata.name')).toBe('');
    const enforced = '.metadata.labels.pod-security\\.kubernetes\\.io/enforce';
    expect(await fieldOf('namespace', preprod(), enforced)).toBe('baseline');
    expect(`provisioning-${await marked()}`).toBe(before);
  });

  it('is not undone by a run of an older commit', async () => {
    await workspace.taskSuccessfully(provision());
    await workspace.git(['push', '--quiet', 'origin', 'main']);
    const all = await versions();
    const old = await workspace.clone('older');
    await old.git(['checkout', '--quiet', `${all.at(-2)}^{commit}`]);
    expect(await old.nxSuccessfully(provision())).toContain(`superseded by ${all.at(-1)}`);
    expect(await versions()).toEqual(all);
    expect(`provisioning-${await marked()}`).toBe(all.at(-1));
  });

  it.each([
    [['--tag=20200101-1'], 'There is no tag provisioning-20200101-1'],
    [['--tag=orders-20200101-1'], 'That is a release of orders'],
    [['--tagg=20200101-1'], 'A similar option is `--tag`.'],
    [['--env=moon'], 'find the environment moon'],
  ])('refuses %j', async (options, text) => {
    const { code, output } = await workspace.task(['run', 'infrastructure:provision', ...options]);
    expect(output).toContain(text);
    expect(code).toBe(2);
  });
});

describe('a run that dies in the middle', () => {
  it.each([2, 3, 4])('is found out by the next one, when it died after write %i', async (last) => {
    workspace.write(`${folder}/limits.yaml`, quota(60 + last));
    if (last === 3) workspace.write(`${folder}/extra.yaml`, policy);
    else rmSync(join(workspace.folder, folder, 'extra.yaml'), { force: true });
    await workspace.commit(`feat: ${60 + last} pods`);
    await workspace.taskSuccessfully(['run', 'infrastructure:package']);
    const proxy = await ApiProxy.start({
      context: workspace.namespace('preprod'),
      kubeconfig: workspace.administratorKubeconfig,
    });
    const died = new Promise<void>((resolve) => {
      let writes = 0;
      proxy.watchAnswers(({ isWrite }) => {
        if (isWrite && ++writes === last) resolve();
        return writes < last;
      });
    });
    const running = await workspace.startNx(provision(), { env: { KUBECONFIG: proxy.kubeconfig } });
    await Promise.race([died, running.ended]);
    // Whatever of it lives on for a moment reaches nothing any more.
    proxy.close();
    running.end('SIGKILL');
    expect((await records()).at(-1)).toMatch(/ running$/);
    const output = await workspace.taskSuccessfully(provision());
    expect(output).toMatch(/warning: .* abandoned \d{8}-\d+/);
    expect(await podsAllowed()).toBe(String(60 + last));
    expect(await fieldOf('networkpolicy', 'extra', '.metadata.name')).toBe(last === 3 ? 'extra' : '');
    expect((await records()).slice(-2).map((line) => line.split(' ')[1])).toEqual(['abandoned', 'succeeded']);
  });
});

describe('a service', () => {
  it('never carries the configuration along, and is refused where it needs a newer one', async () => {
    const tag = (await versions()).at(-1)!;
    workspace.write(`${folder}/limits.yaml`, quota(99));
    const next = tag.replace(/\d+$/, (revision) => String(Number(revision) + 1)).replace('provisioning-', '');
    workspace.edit(
      'apps/payments/k8s/deployment.yaml',
      /^metadata:\n {2}name: payments$/m,
      `metadata:\n  name: payments\n  annotations: { poc.dev/needs-provisioning: ${next} }`,
    );
    await workspace.commit('feat(payments): needs more');
    const { code, output } = await workspace.task(['run', 'payments:release']);
    expect(output).toContain(`Deployment payments needs provisioning-${next}, and preprod has ${tag}.`);
    expect(output).toContain(`\`nx run infrastructure:provision --env=preprod --tag=${next}\``);
    expect(code).toBe(2);
    expect(await workspace.originRefs()).not.toContain('payments-');
    expect(await workspace.taskSuccessfully(['run', 'infrastructure:package'])).toContain(`provisioning-${next}`);
    await workspace.taskSuccessfully(provision());
    expect(await podsAllowed()).toBe('99');
    await workspace.taskSuccessfully(['run', 'payments:release']);
    workspace.write(`${folder}/limits.yaml`, quota(100));
    workspace.edit('apps/payments/k8s/deployment.yaml', /periodSeconds: 10/, 'periodSeconds: 11');
    await workspace.commit('feat(payments): another probe');
    await workspace.taskSuccessfully(['run', 'payments:release']);
    expect(await podsAllowed()).toBe('99');
    expect(await marked()).toBe(next);
    const status = await workspace.taskSuccessfully(['run', 'infrastructure:status']);
    expect(status).not.toMatch(/^provisioning /m);
    expect(await workspace.taskSuccessfully(['run', 'infrastructure:audit'])).not.toContain('provisioning-');
  });
});
