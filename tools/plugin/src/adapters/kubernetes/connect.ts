import type { Environment } from '../../model/environment/environment.ts';
import type { OnAnswer } from '../../ports/clock.ts';
import type { ClusterConfiguration } from '../../ports/cluster-configuration.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { DevCluster } from '../../ports/dev/dev-cluster.ts';
import { KubernetesApi } from './client/api.ts';
import { kubeConfigOf } from './client/credentials/client-access.ts';
import { findAccess } from './client/credentials/kubeconfig.ts';
import { KubernetesDevCluster } from './dev/kubernetes-dev-cluster.ts';
import { PortForwarder } from './dev/port-forwarder.ts';
import { KubernetesCluster } from './kubernetes-cluster.ts';
import { KubernetesConfiguration } from './provision/kubernetes-configuration.ts';

/**
 * Connects to an environment's cluster. Nothing is sent yet; `check` does.
 * @param onAnswer is told the cluster's time.
 * @throws {Refusal} when the kubeconfig has no such context.
 */
export async function connect(environment: Environment, workspaceRoot: string, onAnswer?: OnAnswer): Promise<Cluster> {
  const access = await findAccess(environment, workspaceRoot);
  return new KubernetesCluster(new KubernetesApi(access, { onAnswer }), environment);
}

/** The same for whoever provisions it. */
export async function connectForProvisioning(
  environment: Environment,
  workspaceRoot: string,
  onAnswer?: OnAnswer,
): Promise<ClusterConfiguration> {
  const access = await findAccess(environment, workspaceRoot);
  return new KubernetesConfiguration(new KubernetesApi(access, { onAnswer }), environment);
}

/** The same for whoever develops a service. */
export async function connectForDev(environment: Environment, workspaceRoot: string): Promise<DevCluster> {
  const access = await findAccess(environment, workspaceRoot);
  const api = new KubernetesApi(access);
  const forwarder = new PortForwarder(() => kubeConfigOf(access));
  return new KubernetesDevCluster(api, environment.namespace, forwarder);
}
