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
 * Environment of GitHub for jobs that reach clusters and wait for no approval: they look, deploy to automatic environments what
 * the main branch has, or roll back where nobody has to approve.
 */
export const unattended = 'unattended';

/**
 * Returns the environment of GitHub for going back in an environment. Where somebody must approve of what goes in, it is one of
 * its own: what lies in `unattended` is read by whatever runs before an approval.
 */
export function rollbackEnvironment({ name, protected: isProtected }: PipelineEnvironment): string {
  return isProtected ? `rollback-${name}` : unattended;
}

/** Environment of GitHub for jobs that build, and reach a registry and no cluster. */
export const building = 'build';

/**
 * The rights of a job in its clusters: those to deploy services, those to change the cluster's own configuration, or those to
 * look and to try what would change.
 */
export type Rights = 'deploying' | 'provisioning' | 'planning';

const secretPrefixes: Readonly<Record<Rights, string>> = {
  deploying: '',
  provisioning: 'PROVISIONING_',
  planning: 'PLANNER_',
};

const identities: Readonly<Record<Rights, string>> = {
  deploying: 'AZURE_CLIENT_ID',
  provisioning: 'AZURE_PROVISIONING_CLIENT_ID',
  planning: 'AZURE_PLANNER_CLIENT_ID',
};

/**
 * Returns the access to the clusters of some environments. That of AKS is got with an identity that GitHub vouches for (OpenID
 * Connect), so that no secret of Azure is kept; another one's kubeconfig is a secret. With the same identity an instance of
 * API Management is reached. A job has one identity in Azure, which needs to read in clusters there that are only looked at.
 * @param looksAt environments that it does nothing in: it gets a planner's kubeconfig of them.
 */
export function clusterAccess(
  changed: readonly PipelineEnvironment[],
  rights: Rights = 'deploying',
  looksAt: readonly PipelineEnvironment[] = [],
): ClusterAccess {
  // Of contexts with the same name in several files, the first counts: that of the environment that is changed.
  const environments = [...changed, ...looksAt];
  const inAks = environments.some(({ aks }) => aks !== undefined);
  const inAzure = inAks || environments.some(({ hasFacade }) => hasFacade);
  return {
    steps: [
      ...(inAzure ? [loginStep(identities[rights])] : []),
      ...(inAks ? [kubeloginStep] : []),
      ...changed.map((each) => kubeconfigStep(each, rights)),
      ...looksAt.map((each) => kubeconfigStep(each, 'planning')),
    ],
    kubeconfig: environments.map(({ name }) => `\${{ runner.temp }}/kubeconfig-${name}`).join(':'),
    permissions: inAzure ? { 'id-token': 'write' } : {},
  };
}

/** Returns the access to the registries of some environments, for a job that pushes images and reaches no cluster. */
export function registryAccess(environments: readonly PipelineEnvironment[]): Omit<ClusterAccess, 'kubeconfig'> {
  const inAzure = environments.some(({ aks }) => aks !== undefined);
  return {
    steps: inAzure ? [loginStep('AZURE_BUILD_CLIENT_ID')] : [],
    permissions: inAzure ? { 'id-token': 'write' } : {},
  };
}

/** Returns the name of the secret that holds an environment's kubeconfig. */
export function kubeconfigSecret(environment: string, rights: Rights): string {
  return `${secretPrefixes[rights]}KUBECONFIG_${environment.toUpperCase().replaceAll('-', '_')}`;
}

function loginStep(identity: string): Yaml {
  return yaml`
    - uses: ${pinnedActions.azureLogin}
      with:
        client-id: \${{ vars.${identity} }}
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
