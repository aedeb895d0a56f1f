import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { Manifest } from '../../plugin/src/model/manifests/manifest.ts';
import { overlay } from '../../plugin/src/model/manifests/overlay.ts';
import { substitute } from '../../plugin/src/model/manifests/substitute.ts';
import { inKindOrder } from '../../plugin/src/model/manifests/kind-order.ts';
import type { KubernetesObject } from '../../plugin/src/model/kubernetes-object.ts';
import { kubectl } from './platform.ts';
import type { ScratchWorkspace } from './scratch-workspace.ts';

const environments = ['dev', 'preprod', 'prod'];

/** Puts an environment's `Infrastructure/kubernetes` into the cluster, by the hand of an administrator. */
export async function provisionByHand(workspace: ScratchWorkspace, environment: string): Promise<void> {
  const objects = provisioningOf(workspace, environment);
  // Its namespace has to be there before what is in it.
  const first = objects.filter(({ kind }) => kind === 'Namespace');
  const rest = inKindOrder(objects.filter(({ kind }) => kind !== 'Namespace'));
  for (const some of [first, rest]) {
    const input = some.map((object) => JSON.stringify(object)).join('\n---\n');
    const manager = managerOf(workspace.namespace(environment));
    await kubectl(['apply', '--server-side', '--force-conflicts', manager, '--filename=-'], input);
  }
}

/** Takes away what of an environment's configuration is outside its namespace. */
export async function unprovisionByHand(workspace: ScratchWorkspace, environment: string): Promise<void> {
  const namespace = workspace.namespace(environment);
  const { GATEWAY_NAMESPACE: gatewayNamespace = '', GATEWAY_NAME: gateway = '' } = variablesOf(workspace, environment);
  const policy = `${namespace}-service-addresses`;
  await kubectl(['delete', '--ignore-not-found', 'validatingadmissionpolicybinding', policy]);
  await kubectl(['delete', '--ignore-not-found', 'validatingadmissionpolicy', policy]);
  const inGateway = ['--namespace', gatewayNamespace];
  await kubectl(['delete', '--ignore-not-found', ...inGateway, 'service', `${gateway}-${namespace}`]);
  // Who applies a Gateway without a listener that was its own takes that one away, and no other.
  const bare = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: gateway, namespace: gatewayNamespace },
    spec: { gatewayClassName: 'contour' },
  };
  await kubectl(['apply', '--server-side', managerOf(namespace), '--filename=-'], JSON.stringify(bare));
}

/** Two workspaces may have environments of the same name, but not the same namespace of a cluster. */
function managerOf(namespace: string): string {
  return `--field-manager=poc-provisioning-${namespace}`;
}

/** The objects of an environment's configuration. */
export function provisioningOf(workspace: ScratchWorkspace, environment: string): KubernetesObject[] {
  const folder = join(workspace.folder, 'Infrastructure/kubernetes');
  const isOverlay = (file: string) => environments.some((name) => file === `${name}.yaml`);
  const files = readdirSync(folder).filter((file) => !isOverlay(file));
  const read = (file: string): Manifest[] =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => ({
      object: document.toJS() as KubernetesObject,
      source: file,
    }));
  const merged = overlay(files.flatMap(read), read(`${environment}.yaml`));
  const variables = {
    ENVIRONMENT: environment,
    NAMESPACE: workspace.namespace(environment),
    ...variablesOf(workspace, environment),
  };
  return substitute(merged, variables, environment).map(({ object }) => object);
}

function variablesOf(workspace: ScratchWorkspace, environment: string): Record<string, string> {
  const file = parse(workspace.read(`Infrastructure/environments/${environment}.yaml`)) as {
    variables: Record<string, string | number>;
  };
  return Object.fromEntries(Object.entries(file.variables).map(([name, value]) => [name, String(value)]));
}
