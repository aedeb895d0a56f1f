import type { PipelineEnvironment } from '../pipeline-facts.ts';
import { idOf, indented, region, scalar } from './yaml-text.ts';

/** Where jobs run, unless the team says otherwise. */
export const pool = region('pool', 'pool:\n  vmImage: ubuntu-latest\n');

/**
 * What a job does before its command, and room for more. Clones are shallow, because commands fetch the commits and tags
 * that they need; git keeps the job's token for that, and to push tags.
 * @param job its name in the file, where there are several.
 */
export function setupSteps(job = ''): string {
  return `- checkout: self
  fetchDepth: 1
  fetchTags: false
  persistCredentials: true
- task: NodeTool@0
  displayName: Install Node.js
  inputs:
    versionSpec: 24.x
- script: npm ci
  displayName: Install packages
${region(`setup ${job}`.trim())}`;
}

/** Room for what a job does after its command. */
export function postSteps(job = ''): string {
  return region(`after ${job}`.trim());
}

/** One command, as a person would type it. */
export interface NxCommand {
  readonly displayName: string;
  /** `npx nx …`, one a line. */
  readonly command: string;
  /** Name of the step, for variables that it puts out. */
  readonly name?: string;
  /** What it reads from its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** For a command that tells GitHub what it did. Azure leaves a variable that nobody defined as it is written here. */
export const forgeToken = { GITHUB_TOKEN: '$(GITHUB_TOKEN)' };

/** A step that needs no cluster. */
export function commandStep(command: NxCommand): string {
  return step(`script: ${command.command}`, command, command.env ?? {});
}

/**
 * Steps that run a command which reaches clusters. That of an AKS cluster is reached as the service connection that is
 * named like the environment; the kubeconfig of another one is a secure file. Neither outlives the job.
 * @param rights whose rights they are: `-provisioning`, or nothing for those of a deployer.
 */
export function clusterSteps(
  environments: readonly PipelineEnvironment[],
  command: NxCommand,
  rights: '' | '-provisioning' = '',
): string {
  const inAks = environments.filter(({ aks }) => aks);
  const others = environments.filter(({ aks }) => !aks);
  const kubeconfigs = [
    ...(inAks.length > 0 ? [aksKubeconfig] : []),
    ...others.map(({ name }) => `$(kubeconfig_${idOf(name)}.secureFilePath)`),
  ];
  const env = {
    ...(kubeconfigs.length > 0 ? { KUBECONFIG: kubeconfigs.join(':') } : {}),
    ...command.env,
  };
  const connection = inAks.at(-1);
  const run = connection
    ? `${installKubelogin}\n${azureStep(`${connection.name}${rights}`, inAks, command, env)}`
    : step(`script: ${command.command}`, command, env);
  return [...others.map(({ name }) => secureFile(name, rights)), run].join('\n');
}

const aksKubeconfig = '$(Agent.TempDirectory)/kubeconfig';

const installKubelogin = `- task: KubeloginInstaller@0
  displayName: Install kubelogin`;

function azureStep(
  connection: string,
  clusters: readonly PipelineEnvironment[],
  command: NxCommand,
  env: Readonly<Record<string, string>>,
): string {
  const script = [
    'set -e',
    ...clusters.map(
      ({ aks, context }) =>
        `az aks get-credentials --resource-group ${word(aks!.resourceGroup)} --name ${word(aks!.name)} --context ${word(context)} --file "${aksKubeconfig}" --overwrite-existing`,
    ),
    `kubelogin convert-kubeconfig --login azurecli --kubeconfig "${aksKubeconfig}"`,
    command.command,
  ];
  const inputs = `  inputs:
    azureSubscription: ${scalar(connection)}
    scriptType: bash
    scriptLocation: inlineScript
    inlineScript: |
${indented(6, script.join('\n'))}`;
  return step('task: AzureCLI@2', command, env, inputs);
}

/** A text as one word of a shell's command. */
function word(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function secureFile(environment: string, rights: string): string {
  return `- task: DownloadSecureFile@1
  name: kubeconfig_${idOf(environment)}
  displayName: Kubeconfig of ${environment}
  inputs:
    secureFile: kubeconfig-${environment}${rights}`;
}

function step(
  first: string,
  { displayName, name }: NxCommand,
  env: Readonly<Record<string, string>>,
  inputs?: string,
): string {
  const variables = Object.entries(env).map(([key, value]) => `    ${key}: ${scalar(value)}`);
  return [
    `- ${first}`,
    ...(name === undefined ? [] : [`  name: ${name}`]),
    `  displayName: ${displayName}`,
    ...(inputs === undefined ? [] : [inputs]),
    ...(variables.length > 0 ? ['  env:', ...variables] : []),
  ].join('\n');
}
