import { customRegion } from '../custom-region.ts';
import { envSection, keyVariables, type NxCommand, type StepVariables } from '../nx-command.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { identifierOf } from './identifier.ts';
import { nodeStep, npmCacheStep, toolchainSteps, type BuildPurpose } from './toolchain-steps.ts';

/** The agents of jobs, unless the team says otherwise. */
export const pool = customRegion(
  'pool',
  yaml`
    pool:
      vmImage: ubuntu-latest
  `,
);

/** A command with the name of its step that people see. */
export interface AzureCommand extends NxCommand {
  readonly displayName: string;
}

/** The rights of a job in its clusters, as the end of a connection's name: a deployer's, or those to provision. */
export type Rights = '' | '-provisioning';

/**
 * Lets a command report to GitHub, and check what it publishes in some environments. Azure leaves a variable that is not
 * defined as it is written here.
 */
export function deployVariables(environments: readonly PipelineEnvironment[]): StepVariables {
  return { ...keyVariables(environments, (name) => `$(${name})`), GITHUB_TOKEN: '$(GITHUB_TOKEN)' };
}

/** The facts that a job's setup depends on. */
export interface JobSetup {
  /** Its name, in a file of several jobs. */
  readonly job?: string;
  /** Why it builds (default: it does not). */
  readonly purpose?: BuildPurpose;
}

/** Returns the steps of a job: its setup, its own, and room for more. */
export function jobSteps(facts: PipelineFacts, own: readonly Yaml[], { job = '', purpose }: JobSetup = {}): Yaml {
  return yaml`
    ${setupSteps(facts, job, purpose)}
    ${own}
    ${customRegion(`after ${job}`.trim())}
  `;
}

/** Clones are shallow, because commands fetch the commits and tags that they need; git keeps the job's token for that. */
function setupSteps(facts: PipelineFacts, job: string, purpose: BuildPurpose | undefined): Yaml {
  return yaml`
    - checkout: self
      fetchDepth: 1
      fetchTags: false
      persistCredentials: true
    ${nodeStep(facts)}
    ${toolchainSteps(facts, purpose)}
    ${npmCacheStep()}
    - script: npm ci
      displayName: Install packages
    ${customRegion(`setup ${job}`.trim())}
  `;
}

/** Returns a step that reaches no cluster. */
export function commandStep({ command, id, displayName, env }: AzureCommand): Yaml {
  return yaml`
    - script: ${command}
      name: ${id}
      displayName: ${displayName}
      ${envSection(env)}
  `;
}

/**
 * Returns steps that run a command which reaches environments. An AKS cluster and an instance of API Management are reached
 * as the service connection that is named like the environment; the kubeconfig of another cluster is a secure file. Neither
 * outlives the job.
 */
export function clusterSteps(
  environments: readonly PipelineEnvironment[],
  command: AzureCommand,
  rights: Rights = '',
): Yaml {
  const inAks = environments.filter(({ aks }) => aks);
  const inAzure = environments.filter(({ aks, hasFacade }) => aks || hasFacade);
  const others = environments.filter(({ aks }) => !aks);
  const kubeconfigs = [
    ...(inAks.length > 0 ? [aksKubeconfig] : []),
    ...others.map(({ name }) => `$(kubeconfig_${identifierOf(name)}.secureFilePath)`),
  ];
  const kubeconfig: StepVariables = kubeconfigs.length > 0 ? { KUBECONFIG: kubeconfigs.join(':') } : {};
  const reaching = { ...command, env: { ...kubeconfig, ...command.env } };
  return yaml`
    ${others.map(({ name }) => secureFile(name, rights))}
    ${inAzure.length > 0 ? azureSteps(inAzure, reaching, rights) : commandStep(reaching)}
  `;
}

const aksKubeconfig = '$(Agent.TempDirectory)/kubeconfig';

const kubelogin = yaml`
  - task: KubeloginInstaller@0
    displayName: Install kubelogin
`;

/** Runs a command as the service connection of the last of some environments. */
function azureSteps(environments: readonly PipelineEnvironment[], command: AzureCommand, rights: Rights): Yaml {
  const clusters = environments.filter(({ aks }) => aks);
  const script = [
    'set -e',
    ...clusters.map(getCredentials),
    ...(clusters.length > 0 ? [`kubelogin convert-kubeconfig --login azurecli --kubeconfig "${aksKubeconfig}"`] : []),
    command.command,
  ];
  return yaml`
    ${clusters.length > 0 ? kubelogin : undefined}
    - task: AzureCLI@2
      name: ${command.id}
      displayName: ${command.displayName}
      inputs:
        azureSubscription: ${`${environments.at(-1)!.name}${rights}`}
        scriptType: bash
        scriptLocation: inlineScript
        inlineScript: |
          ${script.join('\n')}
      ${envSection(command.env)}
  `;
}

function getCredentials({ aks, context }: PipelineEnvironment): string {
  const cluster = `--resource-group ${shellWord(aks!.resourceGroup)} --name ${shellWord(aks!.name)}`;
  return `az aks get-credentials ${cluster} --context ${shellWord(context)} --file "${aksKubeconfig}" --overwrite-existing`;
}

/** Returns a text as one word of a shell's command. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function secureFile(environment: string, rights: Rights): Yaml {
  return yaml`
    - task: DownloadSecureFile@1
      name: kubeconfig_${identifierOf(environment)}
      displayName: Kubeconfig of ${environment}
      inputs:
        secureFile: kubeconfig-${environment}${rights}
  `;
}
