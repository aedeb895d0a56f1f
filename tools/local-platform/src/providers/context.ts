import { join } from 'node:path';
import { Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import { gatewayAddress, registryAddress } from '../addresses.ts';
import { userKubeconfig } from '../cluster/user-kubeconfig.ts';
import { projectFolder } from '../storage/folders.ts';
import { fillRegistryWithBaseImages } from '../containers/registry-contents.ts';
import { runCommand, tryCommand } from '../processes/run-command.ts';
import { findCommand } from '../system-packages.ts';
import type { ClusterFacts, ProviderContext } from './provider.ts';

/** A cluster of the user's own. */
export interface NamedCluster {
  readonly context: string;
  readonly registry: string | undefined;
  readonly gateway: string | undefined;
}

/** Uses an existing cluster: makes the environments' namespaces in it and nothing else. */
export async function useNamedCluster(cluster: NamedCluster, provider: ProviderContext): Promise<ClusterFacts> {
  const { folders, scope, output, signal, registryReady } = provider;
  const command = findCommand('kubectl') ?? findCommand(join(folders.binaries, 'kubectl'));
  if (command === undefined) {
    throw refusal(cluster, '`kubectl` is not installed.', 'Install `kubectl` and run the same command again.');
  }
  const kubectl = [command, `--context=${cluster.context}`];
  const asked = await tryCommand([...kubectl, 'version', '--output=json', '--request-timeout=10s'], { signal });
  const answer = asked.code === 0 ? (JSON.parse(asked.stdout) as { serverVersion?: { gitVersion: string } }) : {};
  if (answer.serverVersion === undefined) {
    const reason = `The cluster did not answer: ${asked.lastLines.at(-1) ?? 'no output'}`;
    throw refusal(cluster, reason, 'Check the name with `kubectl config get-contexts`, and that the cluster runs.');
  }
  const file = `--filename=${join(projectFolder, 'manifests', 'cluster.yaml')}`;
  await runCommand(
    'make the namespaces of the environments',
    [...kubectl, 'apply', '--server-side', '--field-manager=local-platform', file],
    { signal },
  );
  await registryReady;
  if (cluster.registry === undefined) await fillRegistryWithBaseImages(folders, scope, output, signal);
  return {
    kubeconfig: userKubeconfig(),
    context: cluster.context,
    registry: cluster.registry ?? registryAddress,
    gateway: cluster.gateway ?? gatewayAddress,
    kubernetes: answer.serverVersion.gitVersion,
  };
}

function refusal({ context }: NamedCluster, reason: string, remedy: string): Refusal {
  return new Refusal({
    type: 'cluster-unreachable',
    doing: `use the cluster of the context ${context}`,
    reason,
    remedy,
  });
}
