import type { Environment } from '../../model/environment/environment.ts';
import type { ClusterConfiguration } from '../../ports/cluster-configuration.ts';
import type { Cluster } from '../../ports/cluster.ts';
import { KubernetesApi } from './client/api.ts';
import { findAccess } from './client/kubeconfig.ts';
import { KubernetesCluster } from './kubernetes-cluster.ts';
import { KubernetesConfiguration } from './provision/kubernetes-configuration.ts';

/**
 * Connects to an environment's cluster. Nothing is sent yet; `check` does.
 * @throws {Refusal} when the kubeconfig has no such context.
 */
export async function connect(environment: Environment, workspaceRoot: string): Promise<Cluster> {
  const access = await findAccess(environment, workspaceRoot);
  return new KubernetesCluster(new KubernetesApi(access), environment);
}

/** The same for whoever provisions it. */
export async function connectForProvisioning(
  environment: Environment,
  workspaceRoot: string,
): Promise<ClusterConfiguration> {
  const access = await findAccess(environment, workspaceRoot);
  return new KubernetesConfiguration(new KubernetesApi(access), environment);
}
