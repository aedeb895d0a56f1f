import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { kubectlAs, rightsIn, tokenOf, writeKubeconfig } from '../../../scratch-workspace/src/cluster-account.ts';
import { runningDigests } from '../../../scratch-workspace/src/state/cluster-state.ts';
import { callGateway } from '../../../scratch-workspace/src/clients/gateway.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { provision, unprovision } from '../../../scratch-workspace/src/state/provisioned.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

const [preprodContext, prodContext] = ['e2e-preprod', 'e2e-prod'];

let workspace: ScratchWorkspace;
let preprod: string;
let prod: string;
/** Holds the deployers' tokens and nothing else. */
let deployer: string;
let reader: string;
let start: string;

beforeAll(async () => {
  // Who provisions makes the accounts that this is about.
  workspace = await ScratchWorkspace.create('configuration', { account: 'administrator' });
  [preprod, prod] = [workspace.namespace('preprod'), workspace.namespace('prod')];
  // Ports that nobody else's listeners have; Envoy's are below those that the machine gives to its own connections.
  const port = 12_000 + (process.pid % 2500) * 2;
  for (const [index, environment] of ['preprod', 'prod'].entries()) {
    const path = `Infrastructure/environments/${environment}.yaml`;
    workspace.edit(path, /GATEWAY_PORT: \d+/, `GATEWAY_PORT: ${port + index}`);
    workspace.edit(path, /ENVOY_PORT: \d+/, `ENVOY_PORT: ${port + index + 8000}`);
    workspace.edit(path, /GATEWAY_ADDRESS: .*/, `GATEWAY_ADDRESS: 10.97.1.${1 + index}`);
    await provision(workspace, environment);
  }
  // Each environment is entered by an account of its own.
  workspace.edit('Infrastructure/environments/preprod.yaml', /context: .*/, `context: ${preprodContext}`);
  workspace.edit('Infrastructure/environments/prod.yaml', /context: .*/, `context: ${prodContext}`);
  // What follows is tried one beside the other, and some of it would be waited for.
  workspace.edit('Infrastructure/environments/preprod.yaml', /$/, '\nallowBranches: true\nrollout: { grace: 5s }\n');
  start = await workspace.commit('test: accounts of their own');
  deployer = join(workspace.folder, '../deployer.json');
  await writeKubeconfig(deployer, [
    { context: preprodContext, token: await tokenOf('deployer', preprod) },
    { context: prodContext, token: await tokenOf('deployer', prod) },
  ]);
  reader = join(workspace.folder, '../reader.json');
  await kubectl(['create', 'serviceaccount', 'visitor', '--namespace', preprod]);
  const visitor = `--serviceaccount=${preprod}:visitor`;
  await kubectl(['create', 'rolebinding', 'visitor', '--role=reader', visitor, '--namespace', preprod]);
  await writeKubeconfig(reader, [{ context: preprodContext, token: await tokenOf('visitor', preprod) }]);
});
afterAll(async () => {
  for (const environment of ['preprod', 'prod']) await unprovision(workspace, environment);
  rmSync(deployer, { force: true });
  await workspace.remove();
});

const asDeployer = (args: readonly string[]) =>
  workspace.task(args, { env: { KUBECONFIG: deployer, POC_APPROVAL_GATE: 'a test' } });
const manifest = 'apps/payments/k8s/deployment.yaml';

/** Runs a task with the deployers' tokens, where it must succeed. */
async function succeeds(...args: string[]): Promise<string> {
  const { code, output } = await asDeployer(args);
  if (code !== 0) throw new Error(`nx ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

describe('the deployer', () => {
  it('releases, rolls back, promotes and looks, with its own token only', async () => {
    await succeeds('run', 'payments:release');
    const first = await runningDigests('payments', preprod);
    workspace.edit('apps/payments/src/main.ts', /^/, "console.log('another one');\n");
    workspace.write('apps/payments/k8s/jobs/migrate.yaml', migration);
    await workspace.commit('feat(payments): another one');
    await succeeds('run', 'payments:release');
    const second = await runningDigests('payments', preprod);
    expect(second).not.toEqual(first);

    const [older, newer] = (await workspace.git(['tag', '--list', '--sort=creatordate', 'payments-*'])).split('\n');
    await succeeds('run', 'payments:rollback', '--env=preprod', `--tag=${older}`);
    expect(await runningDigests('payments', preprod)).toEqual(first);
    await succeeds('run', 'payments:k8s-deploy', '--env=preprod', `--tag=${newer}`, '--force');
    await workspace.approved(['run', 'payments:promote'], { env: { KUBECONFIG: deployer } });
    expect(await runningDigests('payments', prod)).toEqual(second);

    expect(await succeeds('run', 'payments:history', '--env=prod')).toContain('succeeded');
    expect(await succeeds('run', 'payments:status', '--env=prod')).toContain('2/2 healthy');
    expect(await succeeds('run', 'payments:diff', '--env=prod')).toContain('payments');
    expect(await succeeds('run', 'infrastructure:audit', '--env=preprod')).toContain('All sources agree');
    expect(await callGateway(workspace.hostname, '/payments/healthz/ready')).toMatchObject({ status: 200 });
  }, 600_000);

  it('may do in its namespace what that takes, and nothing else', async () => {
    const write = 'get list watch create patch delete';
    const look = 'get list watch';
    expect(await rightsIn(deployer, preprod)).toEqual({
      configmaps: write,
      services: write,
      'deployments.apps': write,
      'statefulsets.apps': write,
      'controllerrevisions.apps': write,
      'cronjobs.batch': write,
      'jobs.batch': write,
      'horizontalpodautoscalers.autoscaling': write,
      'poddisruptionbudgets.policy': write,
      'httproutes.gateway.networking.k8s.io': write,
      'grpcroutes.gateway.networking.k8s.io': write,
      persistentvolumeclaims: 'get list watch create patch',
      'leases.coordination.k8s.io': 'get list watch create update',
      pods: 'get list watch delete',
      events: look,
      'pods/log': 'get',
      'replicasets.apps': look,
      'daemonsets.apps': look,
      'endpointslices.discovery.k8s.io': 'get list',
      [`namespaces/${preprod}`]: 'get',
      nodes: 'list',
    });
    // Nodes belong to no namespace, so that the right to list them shows in each.
    for (const other of [prod, workspace.namespace('dev'), 'gateway', 'kube-system', 'default'])
      expect({ other, rights: await rightsIn(deployer, other) }).toEqual({ other, rights: { nodes: 'list' } });
  });

  it.each([
    ['read the secrets of its own namespace', () => ['get', 'secrets', '--namespace', preprod]],
    ['read the pods of another', () => ['get', 'pods', '--namespace', prod]],
    ['read the secrets of another', () => ['get', 'secrets', '--namespace', 'gateway']],
    ['enter a pod', () => ['exec', 'deployment/payments', '--namespace', preprod, '--', 'true']],
    ['give itself rights', () => ['create', 'role', 'all', '--verb=*', '--resource=*', '--namespace', preprod]],
    ['lift the quota', () => ['delete', 'resourcequota', 'environment', '--namespace', preprod]],
    ['lift a network policy', () => ['delete', 'networkpolicy', 'default', '--namespace', preprod]],
    ['lift the Pod Security level', () => ['label', 'namespace', preprod, 'pod-security.kubernetes.io/enforce-']],
    ['open the gateway', () => ['delete', 'service', `public-${prod}`, '--namespace', 'gateway']],
    ['get the token of another account', () => ['create', 'token', 'default', '--namespace', preprod]],
  ])('cannot %s', async (_, args) => {
    const { code, output } = await kubectlAs(deployer, args());
    expect(output).toMatch(/Forbidden/i);
    expect(code).toBe(1);
  });

  it('is told by name what it may not, before anything is touched', async () => {
    const { code, output } = await workspace.task(['run', 'payments:k8s-deploy', '--env=preprod', '--dry-run'], {
      env: { KUBECONFIG: reader },
    });
    expect(output).toMatch(
      /lacks rights on 4 resources in the namespace[^]*may not patch deployments\.apps\n +may not create, patch configmaps\n/,
    );
    expect(code).toBe(2);
  });
});

it('a reader sees what runs', async () => {
  const { code, output } = await workspace.task(['run', 'payments:status', '--env=preprod'], {
    env: { KUBECONFIG: reader },
  });
  expect(output).toContain('2/2 healthy');
  expect(code).toBe(0);
});

describe('what the namespace does not take', () => {
  afterEach(() => workspace.restore(start));

  it.each([
    [
      'a pod with more rights than the Pod Security level lets it have',
      ['allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true'],
      /Pod Security level restricted:v1\.34 rejects .*allowPrivilegeEscalation/,
    ],
    ['more than the quota', ['cpu: 20m', "cpu: '5'"], /ResourceQuota environment .*requests\.cpu=5/],
    ['more than one container may have', ['memory: 256Mi', 'memory: 3Gi'], /maximum memory usage per Container is 2Gi/],
  ])('%s fails, says why and goes back', async (_, [from, to], why) => {
    workspace.edit(manifest, from!, to!);
    await workspace.commit('feat(payments): too much');
    const { code, output } = await asDeployer(['run', 'payments:release']);
    expect(output).toMatch(why);
    expect(output).toMatch(/Rolled back to \S+ automatically; it is serving/);
    expect(code).toBe(1);
  });

  it.each([
    ['a service with a door of its own', 'type: LoadBalancer', /exceeded quota: environment.*services\.loadbalancers/],
    ['a service on ports of the nodes', 'type: NodePort', /exceeded quota: environment.*services\.nodeports/],
    ['a service with the address of another', 'externalIPs: [10.97.0.3]', /may not claim addresses of its own/],
  ])('%s is refused before anything is touched', async (_, field, why) => {
    workspace.edit('apps/payments/k8s/service.yaml', 'spec:', `spec:\n  ${field}`);
    await workspace.commit('feat(payments): a door of its own');
    const { code, output } = await asDeployer(['run', 'payments:release']);
    expect(output).toMatch(why);
    expect(code).toBe(2);
  });
});

const migration = `apiVersion: batch/v1
kind: Job
metadata:
  name: payments-migrate
spec:
  template:
    spec:
      restartPolicy: Never
      securityContext:
        runAsNonRoot: true
        seccompProfile: { type: RuntimeDefault }
      containers:
        - name: payments
          image: payments
          command: [node, -e, 'console.log("migrated")']
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: { drop: [ALL] }
`;
