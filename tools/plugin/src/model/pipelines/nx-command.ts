import { runPrefix } from './package-manager.ts';
import type { PipelineEnvironment, PipelineFacts } from './pipeline-facts.ts';
import { yaml, Yaml } from './yaml-template.ts';

/** Variables of a step. */
export type StepVariables = Readonly<Record<string, string>>;

/** A command that a step runs. */
export interface NxCommand {
  /** Begins with `nx`: how that is started is the package manager's. */
  readonly command: string;
  /** Name of the step, for variables that it puts out. */
  readonly id?: string;
  /** Variables that the command reads. */
  readonly env?: StepVariables;
}

/**
 * Returns the variables with the keys by which commands that deploy check what they publish.
 * @param valueOf returns the expression by which the CI gives a secret of this name to a step.
 */
export function keyVariables(
  environments: readonly PipelineEnvironment[],
  valueOf: (name: string) => string,
): StepVariables {
  const names = environments.flatMap(({ keyVariable }) => keyVariable ?? []);
  return Object.fromEntries(names.map((name) => [name, valueOf(name)]));
}

/** Returns the `env` of a step, or no line when it has no variables. */
export function envSection(env: StepVariables = {}): Yaml {
  return Object.keys(env).length === 0
    ? new Yaml([])
    : yaml`
        env:
          ${env}
      `;
}

/**
 * Variables of every job: the plugin in Nx's own process, so that its exit codes are the command's, and its lines shown as they
 * come. `.env` of a workspace may say the same, and most keep that out of git.
 */
export const nxVariables: StepVariables = {
  NX_DAEMON: 'false',
  NX_ISOLATE_PLUGINS: 'false',
  NX_SKIP_LOG_GROUPING: 'true',
};

/** Returns the line of a script that runs a command. */
export function scriptLine({ packageManager, targetNames }: PipelineFacts, { command }: NxCommand): string {
  const named = (target: string) => targetNames?.get(target) ?? target;
  const typed = command
    .replace(
      /( -t)((?: [a-z][\w-]*)+)/,
      (_, option: string, list: string) => option + list.replaceAll(/[\w-]+/g, named),
    )
    .replace(/^(nx run ["\w$-]+:)([\w-]+)/, (_, project: string, target: string) => project + named(target));
  return `${runPrefix(packageManager)} ${typed}`;
}

/** The option of a command that takes the variable TAG, unless that is empty. */
export const tagOption = '${TAG:+--tag="$TAG"}';

/** The same of the variable REASON. */
export const reasonOption = '${REASON:+--reason="$REASON"}';

/** Packages what is checked out, or finds the version that TAG names. It puts out the tag, and the commit. */
export const packageCommand = `nx run infrastructure:package ${tagOption}`;

/** Returns the command that provisions an environment. @param option such as ` --dry-run`. It reads TAG and COMMIT. */
export function provisionCommand(environment: string, option: '' | ' --approve="$PLANS"' | ' --dry-run'): string {
  return `nx run infrastructure:provision --env=${environment}${option} --commit="$COMMIT" ${tagOption}`;
}

/** Targets that a job checks without any credential, before others build and deploy it. */
export const checkTargets = 'lint test build';

/**
 * Returns the commands that build what an image is made of. The first runs other people's code, and is given nothing; the
 * second builds and pushes the images, and tags. @param services option that names them.
 * @param rebuilds true when an image is built again for what it is built on.
 */
export function buildCommands(services: string, rebuilds = false): readonly [string, string] {
  return [
    `nx run-many -t toolchain api-lint build ${services}`,
    `nx run-many -t release --only=build${rebuilds ? ' --rebuild' : ''} ${services} --exclude-task-dependencies`,
  ];
}

/** Returns the command that deploys what has been built, and runs nothing that builds. @param services option that names them. */
export function deployCommand(services: string): string {
  return `nx run-many -t release --only=deploy ${services} --exclude-task-dependencies`;
}

/** Returns the command that rolls a service back. It reads SERVICE, TAG and REASON. */
export function rollbackCommand(environment: string): string {
  return `nx run "$SERVICE:rollback" --env=${environment} ${tagOption} ${reasonOption}`;
}

/** Returns the command that promotes services. @param services option that names them. @param options further ones. */
export function promoteCommand(services: string, to: string, options: string): string {
  return `nx run-many -t promote ${services} --to=${to}${options}`;
}
