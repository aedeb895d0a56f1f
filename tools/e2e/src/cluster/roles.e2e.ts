import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { kubectlAs, rightsIn, tokenOf, writeKubeconfig } from '../../../scratch-workspace/src/cluster-account.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { provision, unprovision } from '../../../scratch-workspace/src/state/provisioned.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

const folder = 'Infrastructure/kubernetes';

let workspace: ScratchWorkspace;
let preprod: string;
/** Kubeconfigs that hold one account's token each, and nothing else. */
const kubeconfigs = new Map<string, string>();

beforeAll(async () => {
  // The first time an administrator provisions, who makes the accounts that this is about.
  workspace = await ScratchWorkspace.create('roles', { account: 'administrator', keep: ['stores'] });
  preprod = workspace.namespace('preprod');
  const path = 'Infrastructure/environments/preprod.yaml';
  // Ports that nobody else's listeners have; Envoy's are below those that the machine gives to its own connections.
  const port = 19_000 + (process.pid % 2000);
  workspace.edit(path, /GATEWAY_PORT: \d+/, `GATEWAY_PORT: ${port}`);
  workspace.edit(path, /ENVOY_PORT: \d+/, `ENVOY_PORT: ${port + 8000}`);
  workspace.edit(path, /GATEWAY_ADDRESS: .*/, `GATEWAY_ADDRESS: 10.97.4.${1 + (process.pid % 250)}`);
  workspace.edit(path, /$/, '\nallowBranches: true\n');
  await provision(workspace, 'preprod');
  for (const account of ['deployer', 'provisioner', 'planner']) {
    const kubeconfig = join(workspace.folder, `../${account}.json`);
    await writeKubeconfig(kubeconfig, [{ context: preprod, token: await tokenOf(account, preprod) }]);
    kubeconfigs.set(account, kubeconfig);
  }
});
afterAll(async () => {
  await unprovision(workspace, 'preprod');
  for (const kubeconfig of kubeconfigs.values()) rmSync(kubeconfig, { force: true });
  await workspace.remove();
});

const kubeconfigOf = (account: string) => kubeconfigs.get(account)!;
const as = (account: string, ...args: string[]) =>
  workspace.task(args, { env: { KUBECONFIG: kubeconfigOf(account), POC_APPROVAL_GATE: 'a test' } });

async function succeeds(account: string, ...args: string[]): Promise<string> {
  const { code, output } = await as(account, ...args);
  if (code !== 0) throw new Error(`${args.join(' ')} as ${account} ended with ${code}:\n${output}`);
  return output;
}

const run = ['run', 'infrastructure:provision', '--env=preprod'];
const fieldOf = (kind: string, name: string, path: string) =>
  kubectl(['get', kind, name, '--namespace', preprod, '--ignore-not-found', `--output=jsonpath={${path}}`]);

describe('the provisioner', () => {
  it('provisions all of the folder, and changes it, with its own token only', async () => {
    expect(await succeeds('provisioner', ...run)).toContain('nothing to do');
    workspace.edit(`${folder}/quotas.yaml`, "pods: '60'", "pods: '61'");
    // Rights that it does not have itself.
    workspace.edit(`${folder}/deployer.yaml`, 'verbs: [get, list]\n', 'verbs: [get, list, watch]\n');
    workspace.edit(`${folder}/pods.yaml`, "['default']", "['default', 'clock']");
    workspace.edit(`${folder}/preprod.yaml`, '198.51.100.0/24', '198.51.100.0/25');
    workspace.write(`${folder}/clock.yaml`, clock);
    await workspace.commit('feat: more of each');
    const output = await succeeds('provisioner', ...run);
    expect(output).toMatch(/ServiceAccount clock in \S+ created/);
    expect(await fieldOf('resourcequota', 'environment', '.spec.hard.pods')).toBe('61');
    expect(await fieldOf('role', 'deployer', '.rules[?(@.resources[0]=="endpointslices")].verbs')).toContain('watch');
    const policy = await kubectl(['get', 'validatingadmissionpolicy', `${preprod}-pods`, '--output=json']);
    expect(policy).toContain("['default', 'clock']");
    // What is no longer there goes.
    rmSync(join(workspace.folder, folder, 'clock.yaml'));
    await workspace.commit('feat: less');
    expect(await succeeds('provisioner', ...run)).toMatch(/ServiceAccount clock in \S+ deleted/);
    expect(await fieldOf('serviceaccount', 'clock', '.metadata.name')).toBe('');
  }, 300_000);

  it('makes what was removed, the passwords of stores included', async () => {
    await kubectl(['delete', 'role/deployer', 'rolebinding/reader', '--namespace', preprod]);
    await kubectl(['delete', 'networkpolicy/default', 'secret/inventory-store', '--namespace', preprod]);
    await kubectl(['delete', 'validatingadmissionpolicy', `${preprod}-locks`]);
    await kubectl(['delete', 'validatingadmissionpolicybinding', `${preprod}-locks`, `${preprod}-records`]);
    await kubectl(['delete', 'service', `public-${preprod}`, '--namespace', 'gateway']);
    await succeeds('provisioner', ...run);
    expect(await succeeds('provisioner', ...run)).toContain('nothing to do');
    expect(await fieldOf('secret', 'inventory-store', '.data.password')).not.toBe('');
  }, 300_000);

  it('has no rights but these', async () => {
    const write = 'get create patch delete';
    expect(await rightsIn(kubeconfigOf('provisioner'), preprod)).toEqual({
      serviceaccounts: write,
      services: write,
      resourcequotas: write,
      limitranges: write,
      'networkpolicies.networking.k8s.io': write,
      'endpointslices.discovery.k8s.io': write,
      'httproutes.gateway.networking.k8s.io': 'get list create patch delete',
      'roles.rbac.authorization.k8s.io': write,
      'rolebindings.rbac.authorization.k8s.io': write,
      ...each('roles.rbac.authorization.k8s.io', ['deployer', 'reader'], 'escalate bind'),
      ...each('secrets', ['payments-database', 'inventory-store'], write),
      ...anywhere(),
    });
    expect(await rightsIn(kubeconfigOf('provisioner'), workspace.namespace('prod'))).toEqual(anywhere());
  });

  /** Rights on what is in no namespace. */
  function anywhere(): Record<string, string> {
    const policies = ['service-addresses', 'pods', 'records', 'log', 'locks', 'planner'].map(
      (name) => `${preprod}-${name}`,
    );
    const roles = [`${preprod}-provisioner`, `${preprod}-planner`, `${preprod}-nodes`];
    const write = 'get create patch delete';
    return {
      namespaces: 'get',
      nodes: 'list',
      ...each('namespaces', [preprod, 'poc-provisioning'], 'patch'),
      ...each('validatingadmissionpolicies.admissionregistration.k8s.io', policies, write),
      ...each('validatingadmissionpolicybindings.admissionregistration.k8s.io', policies, write),
      ...each('clusterroles.rbac.authorization.k8s.io', roles, 'get patch'),
      ...each('clusterrolebindings.rbac.authorization.k8s.io', roles, 'get patch'),
    };
  }

  function each(resource: string, names: readonly string[], verbs: string): Record<string, string> {
    return Object.fromEntries(names.map((name) => [`${resource}/${name}`, verbs]));
  }

  it.each([
    ['make a pod', ['run', 'one', '--image=x']],
    ['read another Secret', ['get', 'secret', 'registry']],
    ['read records of deployments', ['get', 'controllerrevisions']],
    ['enter another namespace', ['get', 'services', '--namespace', 'kube-system']],
    ['get a token', ['create', 'token', 'deployer']],
    ['make itself administrator', ['create', 'clusterrolebinding', 'x', '--clusterrole=cluster-admin', '--user=x']],
    ['bind a role that has more', ['create', 'rolebinding', 'x', '--clusterrole=admin', '--user=x']],
    ['make a role that has more', ['create', 'role', 'x', '--verb=get', '--resource=pods/exec']],
    ['open another environment', ['delete', 'service', 'public-prod', '--namespace', 'gateway']],
    ['remove the policy of another environment', ['delete', 'validatingadmissionpolicy', 'prod-pods']],
  ])('cannot %s', async (_, args) => {
    const within = args.includes('--namespace') ? [] : ['--namespace', preprod];
    const { code, output } = await kubectlAs(kubeconfigOf('provisioner'), [...args, ...within]);
    expect(output).toMatch(/Forbidden/i);
    expect(code).toBe(1);
  });
});

describe('the planner', () => {
  beforeAll(async () => {
    await succeeds('deployer', 'run', 'payments-database:release');
    await succeeds('deployer', 'run', 'payments:release');
    workspace.edit('apps/payments/k8s/deployment.yaml', 'memory: 256Mi', 'memory: 255Mi');
    workspace.edit(`${folder}/quotas.yaml`, "pods: '61'", "pods: '62'");
    workspace.edit(`${folder}/pods.yaml`, "['default', 'clock']", "['default']");
    await workspace.commit('feat: to be planned');
  }, 300_000);

  it('shows what a deployment would change', async () => {
    const env = '--env=preprod';
    const diff = await as('planner', 'run', 'payments:diff', env);
    expect(diff.output).toMatch(/Deployment payments configured[^]*memory: "256Mi" → "255Mi"/);
    expect(diff.code).toBe(3);
    expect(await succeeds('planner', 'run', 'payments:k8s-deploy', env, '--dry-run')).toContain('payments');
    expect(await succeeds('planner', 'run', 'payments:status', env)).toContain('payments');
  }, 300_000);

  it('shows the plan that who deploys would carry out', async () => {
    const file = 'Infrastructure/environments/preprod.yaml';
    const before = workspace.read(file);
    await succeeds('deployer', 'run', 'payments:release', '--env=preprod', '--only=build');
    workspace.edit(file, /$/, '\nprotected: true\n');
    try {
      const deploy = ['run', 'payments:k8s-deploy', '--env=preprod', '--force', '--dry-run'];
      const shown = [await succeeds('planner', ...deploy), await succeeds('deployer', ...deploy)];
      const [planned, done] = shown.map((output) => /the plan is (plan-[0-9a-f]{32})/.exec(output)?.[1]);
      expect(planned).toBeDefined();
      expect(planned).toBe(done);
    } finally {
      workspace.write(file, before);
    }
  }, 300_000);

  it('shows what provisioning would change: the same as who provisions', async () => {
    const [planner, provisioner] = [
      await succeeds('planner', ...run, '--dry-run', '--json'),
      await succeeds('provisioner', ...run, '--dry-run', '--json'),
    ].map(changesIn);
    expect(planner).toEqual(provisioner);
    expect(planner!.filter(({ action }) => action !== 'unchanged')).toMatchObject([
      { kind: 'ResourceQuota', action: 'configured', fields: [{ path: 'spec.hard.pods', from: '"61"', to: '"62"' }] },
      { kind: 'ValidatingAdmissionPolicy', name: `${preprod}-pods`, action: 'configured' },
    ]);
    expect(await succeeds('planner', ...run, '--dry-run')).toMatch(/this account may not try \d+ objects/);
  }, 300_000);

  it('writes nothing by the product, which says why', async () => {
    const why = /The account "planner" shows what would change, and changes nothing\. Add `--dry-run`/;
    const before = await everything();
    for (const args of [
      ['run', 'payments:k8s-deploy', '--env=preprod', '--force'],
      ['run', 'payments:release'],
    ]) {
      const { code, output } = await as('planner', ...args);
      expect(output).toMatch(why);
      expect(code).toBe(2);
    }
    const provisioned = await as('planner', ...run);
    expect(provisioned.output).toMatch(/may not|not currently held/);
    expect(provisioned.code).toBe(2);
    expect(await everything()).toBe(before);
  }, 300_000);

  it.each([
    ['change an object', ['annotate', 'configmap', '--all', 'a=b', '--overwrite']],
    ['make one', ['create', 'configmap', 'x']],
    ['delete one', ['delete', 'service', 'payments']],
    ['delete many', ['delete', 'pods', '--all']],
    ['scale', ['patch', 'deployment', 'payments', '--patch={"spec":{"replicas":0}}']],
    ['give rights', ['create', 'role', 'x', '--verb=get', '--resource=services']],
    ['add to the log of deployments', ['create', 'configmap', 'poc-log.payments.9']],
    ['take lines from it', ['patch', 'configmap', 'poc-log.payments.0', '--type=merge', '--patch={"data":null}']],
    ['lift the Pod Security level', ['label', 'namespace', 'NAMESPACE', 'pod-security.kubernetes.io/enforce-']],
    ['make a Secret', ['create', 'secret', 'generic', 'x']],
    ['open the gateway', ['annotate', 'service', 'public-NAMESPACE', 'a=b', '--namespace', 'gateway']],
    ['remove the policy that holds it', ['delete', 'validatingadmissionpolicy', 'NAMESPACE-planner']],
    ['remove its binding', ['delete', 'validatingadmissionpolicybinding', 'NAMESPACE-planner']],
    ['read a Secret', ['get', 'secret', 'payments-database']],
    ['enter a pod', ['exec', 'deployment/payments', '--', 'true']],
  ])('cannot %s', async (_, given) => {
    const args = given.map((arg) => arg.replace('NAMESPACE', preprod));
    const within = args.includes('--namespace') ? [] : ['--namespace', preprod];
    const place = args.indexOf('--');
    const [before, after] = place < 0 ? [args, []] : [args.slice(0, place), args.slice(place)];
    const { code, output } = await kubectlAs(kubeconfigOf('planner'), [...before, ...within, ...after]);
    expect(output).toMatch(/Forbidden|changes nothing|of the log of deployments/i);
    expect(code).toBe(1);
  });
});

interface PlannedChange {
  readonly kind: string;
  readonly name: string;
  readonly action: string;
}

/** Changes of a plan, without how they were found. */
function changesIn(output: string): PlannedChange[] {
  const line = output.split('\n').find((each) => each.startsWith('{'))!;
  const { changes } = JSON.parse(line) as { changes: (PlannedChange & { isCompared?: true })[] };
  return changes.map(({ isCompared: _, ...change }) => change);
}

/** Versions of all that is written in the namespace. */
async function everything(): Promise<string> {
  const kinds = 'configmaps,services,deployments,controllerrevisions,leases,roles,resourcequotas,networkpolicies';
  const path =
    '--output=jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.generation} {.metadata.annotations}{"\\n"}{end}';
  return kubectl(['get', kinds, '--namespace', preprod, path]);
}

const clock = `apiVersion: v1
kind: ServiceAccount
metadata: { name: clock }
automountServiceAccountToken: false
`;
