import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedImage } from '../floor.ts';
import { kubectl } from '../platform.ts';
import type { ScratchWorkspace } from '../scratch-workspace.ts';
import { provision } from './provisioned.ts';

/** Returns what answered before there were services: a program of another team, and no route to it. */
export async function oldSystem(name: string, body = 'old system'): Promise<readonly object[]> {
  const metadata = { name, labels: { app: name } };
  // It ends no connection that is idle: on a busy machine, requests on their way would go with it.
  const options = '{ keepAliveTimeout: 0 }';
  const serve = `require('http').createServer(${options}, (_, answer) => answer.end(${JSON.stringify(body)})).listen(8080)`;
  const container = {
    name,
    image: await pinnedImage('library/node:24-bookworm-slim'),
    command: ['node', '-e', serve],
  };
  const selector = { app: name };
  const template = {
    metadata: { labels: selector },
    spec: { terminationGracePeriodSeconds: 0, containers: [container] },
  };
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector: { matchLabels: selector }, template } },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector, ports: [{ port: 80, targetPort: 8080 }] } },
  ];
}

/**
 * Provisions preprod with the fallback that this repository has, and none of the rest, which others share on this cluster.
 * @param name of the old system, which runs in dev.
 */
export async function provisionFallback(workspace: ScratchWorkspace, name: string): Promise<void> {
  const service = ['get', 'service', name, `--namespace=${workspace.namespace('dev')}`];
  const address = await kubectl([...service, '--output=jsonpath={.spec.clusterIP}']);
  const folder = 'Infrastructure/kubernetes';
  const fallback = workspace.read(`${folder}/fallback.yaml`);
  rmSync(join(workspace.folder, folder), { recursive: true });
  workspace.write(`${folder}/namespace.yaml`, 'apiVersion: v1\nkind: Namespace\nmetadata: { name: "${NAMESPACE}" }\n');
  workspace.write(`${folder}/fallback.yaml`, fallback);
  const variables = { ROUTE_HOSTNAME: workspace.hostname, FALLBACK_ADDRESS: address, FALLBACK_PORT: 80 };
  const lines = Object.entries(variables).map(([key, value]) => `  ${key}: ${value}\n`);
  workspace.edit('Infrastructure/environments/preprod.yaml', 'variables:\n', `variables:\n${lines.join('')}`);
  await provision(workspace, 'preprod');
}
