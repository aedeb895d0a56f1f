import { parse } from 'yaml';
import { removePolicies } from '../floor.ts';
import { kubectl } from '../platform.ts';
import type { ScratchWorkspace } from '../scratch-workspace.ts';

/** Commits what a test has changed and puts an environment's `Infrastructure/kubernetes` into the cluster. */
export async function provision(workspace: ScratchWorkspace, environment: string): Promise<void> {
  await workspace.commit('feat: configuration of a test');
  const args = ['run', 'infrastructure:provision', `--env=${environment}`];
  await workspace.approved(args, { env: { KUBECONFIG: workspace.administratorKubeconfig } });
}

/** Takes away what of an environment's configuration is outside its namespace. */
export async function unprovision(workspace: ScratchWorkspace, environment: string): Promise<void> {
  const namespace = workspace.namespace(environment);
  const { GATEWAY_NAMESPACE: gatewayNamespace = '', GATEWAY_NAME: gateway = '' } = variablesOf(workspace, environment);
  await removePolicies([namespace], ['service-addresses', 'pods', 'records', 'log', 'locks', 'planner']);
  const accounts = ['provisioner', 'planner', 'nodes'].map((name) => `${namespace}-${name}`);
  const unwanted = ['delete', '--ignore-not-found', '--wait=false'];
  for (const kind of ['clusterrolebinding', 'clusterrole']) await kubectl([...unwanted, kind, ...accounts]);
  for (const kind of ['rolebinding', 'role'])
    for (const place of [gatewayNamespace, 'poc-provisioning'])
      await kubectl([...unwanted, '--namespace', place, kind, ...accounts]);
  const inGateway = ['--namespace', gatewayNamespace];
  await kubectl(['delete', '--ignore-not-found', ...inGateway, 'service', `${gateway}-${namespace}`]);
  // Who applies a Gateway without a listener that was its own takes that one away, and no other.
  const bare = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: gateway, namespace: gatewayNamespace },
    spec: { gatewayClassName: 'contour' },
  };
  const manager = `--field-manager=poc-provisioning-${namespace}`;
  await kubectl(['apply', '--server-side', manager, '--filename=-'], JSON.stringify(bare));
}

function variablesOf(workspace: ScratchWorkspace, environment: string): Record<string, string> {
  const file = parse(workspace.read(`Infrastructure/environments/${environment}.yaml`)) as {
    variables: Record<string, string>;
  };
  return file.variables;
}
