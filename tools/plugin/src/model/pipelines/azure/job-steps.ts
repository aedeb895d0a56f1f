import { customRegion } from '../custom-region.ts';
import { envSection, keyVariables, scriptLine, type NxCommand, type StepVariables } from '../nx-command.ts';
import { installCommand } from '../package-manager.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { identifierOf } from './identifier.ts';
import { nodeStep, packageManagerSteps, toolchainSteps, type BuildPurpose } from './toolchain-steps.ts';

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

/**
 * The rights of a job in its clusters, as the end of a connection's or a secure file's name: a deployer's, those to provision,
 * those to go back where somebody must approve of going forward, or those to look and to try what would change.
 */
export type Rights = '' | '-provisioning' | '-rollback' | '-planner';

/**
 * Returns a text that somebody typed, for a variable of a step. The agent puts the values of variables, secret ones too, in
 * for each `$(NAME)` there, also when it came with the text: so there must be none in it.
 */
export function typedText(parameter: string): string {
  return `\${{ replace(parameters.${parameter}, '$(', '$ (') }}`;
}

/** Lets a command report to GitHub. Azure leaves a variable that is not defined as it is written here. */
export const githubVariables: StepVariables = { GITHUB_TOKEN: '$(GITHUB_TOKEN)' };

/**
 * Lets a command report to GitHub, and check what it publishes in some environments. Azure leaves a variable that is not
 * defined as it is written here.
 */
export function deployVariables(environments: readonly PipelineEnvironment[]): StepVariables {
  return { ...keyVariables(environments, (name) => `$(${name})`), ...githubVariables };
}

/** The facts that a job's setup depends on. */
export interface JobSetup {
  /** Its name, in a file of several jobs. */
  readonly job?: string;
  /** Why it builds (default: it does not). */
  readonly purpose?: BuildPurpose;
  /** True when it only checks: git keeps no token, and has all commits from the beginning. */
  readonly holdsNothing?: boolean;
}

/** Returns the steps of a job: its setup, its own, and room for more. */
export function jobSteps(facts: PipelineFacts, own: readonly Yaml[], setup: JobSetup = {}): Yaml {
  const { job = '' } = setup;
  return yaml`
    ${setupSteps(facts, setup)}
    ${own}
    ${customRegion(`after ${job}`.trim())}
  `;
}

/** Clones are shallow, because commands fetch the commits and tags that they need; git keeps the job's token for that. */
function setupSteps(facts: PipelineFacts, { job = '', purpose, holdsNothing = false }: JobSetup): Yaml {
  return yaml`
    - checkout: self
      fetchDepth: ${holdsNothing ? 0 : 1}
      fetchTags: false
      persistCredentials: ${holdsNothing ? yaml`false` : yaml`true`}
    ${nodeStep(facts)}
    ${toolchainSteps(facts, purpose)}
    ${packageManagerSteps(facts)}
    - script: ${installCommand(facts.packageManager)}
      workingDirectory: ${workingDirectory(facts)}
      displayName: Install packages
    ${customRegion(`setup ${job}`.trim())}
  `;
}

/** Returns where commands run, unless that is the repository's root. */
function workingDirectory({ folder }: PipelineFacts): string | undefined {
  return folder === '' ? undefined : `$(Build.SourcesDirectory)/${folder}`;
}

/** Returns a step that reaches no cluster. */
export function commandStep(facts: PipelineFacts, command: AzureCommand): Yaml {
  const { id, displayName, env } = command;
  return yaml`
    - script: ${scriptLine(facts, command)}
      workingDirectory: ${workingDirectory(facts)}
      name: ${id}
      displayName: ${displayName}
      ${envSection(env)}
  `;
}

/** How a command reaches environments. */
interface ClusterRights {
  readonly rights?: Rights | undefined;
  /** Environments that it does nothing in: it gets a planner's kubeconfig of them. */
  readonly looksAt?: readonly PipelineEnvironment[] | undefined;
}

/**
 * Returns steps that run a command which reaches environments. An AKS cluster and an instance of API Management are reached
 * as the service connection that is named like the environment; the kubeconfig of another cluster is a secure file. Neither
 * outlives the job.
 */
export function clusterSteps(
  facts: PipelineFacts,
  changed: readonly PipelineEnvironment[],
  command: AzureCommand,
  { rights = '', looksAt = [] }: ClusterRights = {},
): Yaml {
  // Of contexts with the same name in several files, the first counts: that of the environment that is changed.
  const environments = [...changed, ...looksAt];
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
    ${others.map((each) => secureFile(each.name, changed.includes(each) ? rights : '-planner'))}
    ${inAzure.length > 0 ? azureSteps(facts, inAzure, reaching, connectionOf(inAzure, changed, rights)) : commandStep(facts, reaching)}
  `;
}

/**
 * Returns a step that pushes images and reaches no cluster: where a cluster is in AKS, so is the registry, and the connection
 * for it is one of its own.
 */
export function registryStep(
  facts: PipelineFacts,
  environments: readonly PipelineEnvironment[],
  command: AzureCommand,
): Yaml {
  const inAks = environments.filter(({ aks }) => aks).at(-1);
  return inAks ? azureSteps(facts, [], command, `${inAks.name}-build`) : commandStep(facts, command);
}

const aksKubeconfig = '$(Agent.TempDirectory)/kubeconfig';

const kubelogin = yaml`
  - task: KubeloginInstaller@0
    displayName: Install kubelogin
`;

/** Returns the connection of the last environment that is changed, or of one that is looked at where no other is in Azure. */
function connectionOf(
  inAzure: readonly PipelineEnvironment[],
  changed: readonly PipelineEnvironment[],
  rights: Rights,
): string {
  const own = inAzure.filter((each) => changed.includes(each)).at(-1);
  return own ? `${own.name}${rights}` : `${inAzure.at(-1)!.name}-planner`;
}

/** Runs a command as a service connection. */
function azureSteps(
  facts: PipelineFacts,
  environments: readonly PipelineEnvironment[],
  command: AzureCommand,
  connection: string,
): Yaml {
  const clusters = environments.filter(({ aks }) => aks);
  const script = [
    'set -e',
    ...clusters.map(getCredentials),
    ...(clusters.length > 0 ? [`kubelogin convert-kubeconfig --login azurecli --kubeconfig "${aksKubeconfig}"`] : []),
    scriptLine(facts, command),
  ];
  return yaml`
    ${clusters.length > 0 ? kubelogin : undefined}
    - task: AzureCLI@2
      name: ${command.id}
      displayName: ${command.displayName}
      inputs:
        azureSubscription: ${connection}
        scriptType: bash
        scriptLocation: inlineScript
        workingDirectory: ${workingDirectory(facts)}
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
