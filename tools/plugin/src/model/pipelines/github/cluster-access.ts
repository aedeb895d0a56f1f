import type { PipelineEnvironment } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { pinnedActions } from './pinned-actions.ts';
import type { Permissions } from './workflow-job.ts';

/** The access of a job to clusters: a kubeconfig for each environment, in files that end with the job. */
export interface ClusterAccess {
  readonly steps: readonly Yaml[];
  /** Value of KUBECONFIG: all files. */
  readonly kubeconfig: string;
  readonly permissions: Permissions;
}

/**
 * Environment of GitHub for jobs that reach clusters and wait for no approval: they deploy what the main branch has, look, or
 * roll back.
 */
export const unattended = 'unattended';

/**
 * The rights of a job in its clusters: those to deploy services, or those to change the cluster's own configuration.
 */
export type Rights = 'deploying' | 'provisioning';

/**
 * Returns the access to the clusters of some environments. That of AKS is got with an identity that GitHub vouches for (OpenID
 * Connect), so that no secret of Azure is kept; another one's kubeconfig is a secret. With the same identity an instance of
 * API Management is reached.
 */
export function clusterAccess(
  environments: readonly PipelineEnvironment[],
  rights: Rights = 'deploying',
): ClusterAccess {
  const inAks = environments.some(({ aks }) => aks !== undefined);
  const inAzure = inAks || environments.some(({ hasFacade }) => hasFacade);
  return {
    steps: [
      ...(inAzure ? [loginStep(rights)] : []),
      ...(inAks ? [kubeloginStep] : []),
      ...environments.map((each) => kubeconfigStep(each, rights)),
    ],
    kubeconfig: environments.map(({ name }) => `\${{ runner.temp }}/kubeconfig-${name}`).join(':'),
    permissions: inAzure ? { 'id-token': 'write' } : {},
  };
}

/** Returns the name of the secret that holds an environment's kubeconfig. */
export function kubeconfigSecret(environment: string, rights: Rights): string {
  const prefix = rights === 'deploying' ? '' : 'PROVISIONING_';
  return `${prefix}KUBECONFIG_${environment.toUpperCase().replaceAll('-', '_')}`;
}

function loginStep(rights: Rights): Yaml {
  return yaml`
    - uses: ${pinnedActions.azureLogin}
      with:
        client-id: \${{ vars.${rights === 'deploying' ? 'AZURE_CLIENT_ID' : 'AZURE_PROVISIONING_CLIENT_ID'} }}
        tenant-id: \${{ vars.AZURE_TENANT_ID }}
        subscription-id: \${{ vars.AZURE_SUBSCRIPTION_ID }}
  `;
}

const kubeloginStep = yaml`
  - uses: ${pinnedActions.useKubelogin}
    with:
      kubelogin-version: v0.2.13
`;

function kubeconfigStep({ name, aks, context }: PipelineEnvironment, rights: Rights): Yaml {
  const file = `"$RUNNER_TEMP/kubeconfig-${name}"`;
  if (aks === undefined) {
    return yaml`
      - name: Kubeconfig of ${name}
        env:
          KUBECONFIG_TEXT: \${{ secrets.${kubeconfigSecret(name, rights)} }}
        run: umask 077 && printf '%s' "$KUBECONFIG_TEXT" > ${file}
    `;
  }
  return yaml`
    - name: Kubeconfig of ${name}
      env:
        RESOURCE_GROUP: ${aks.resourceGroup}
        CLUSTER: ${aks.name}
        CONTEXT: ${context}
      run: |
        az aks get-credentials --resource-group "$RESOURCE_GROUP" --name "$CLUSTER" --context "$CONTEXT" --file ${file}
        kubelogin convert-kubeconfig --login azurecli --kubeconfig ${file}
  `;
}
