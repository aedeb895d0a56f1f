import type { Environment } from '../model/environment.ts';
import type { Cluster } from '../release/ports/cluster.ts';
import { KubernetesApi } from './api.ts';
import { findAccess } from './kubeconfig.ts';
import { KubernetesCluster } from './kubernetes-cluster.ts';

/**
 * Connects to an environment's cluster. Nothing is sent yet; `check` does.
 * @throws {Refusal} when the kubeconfig has no such context.
 */
export async function connect(environment: Environment, workspaceRoot: string): Promise<Cluster> {
  const access = await findAccess(environment, workspaceRoot);
  return new KubernetesCluster(new KubernetesApi(access), environment);
}
