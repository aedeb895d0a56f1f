import type { TargetConfiguration } from '@nx/devkit';
import { defaultOptions, type PluginOptions } from '../../model/workspace/plugin-options.ts';
import { commands, type Command, type CommandInput, type CommandName } from './commands.ts';
import { executorNamed } from './executor-name.ts';
import type { ProjectFile } from './project-file.ts';
import { isWatching } from './watching-targets.ts';

/** The options of the plugin that decide what targets are called, what runs before them, and what they read. */
type TargetOptions = Pick<PluginOptions, 'targetPrefix' | 'dependsOn' | 'infrastructure'>;

type Targets = Readonly<Record<string, TargetConfiguration>>;

/** Names of the targets that are this plugin's own among those that others depend on. */
const ownTargets: ReadonlySet<string> = new Set([
  'toolchain',
  ...Object.values<Command>(commands).map((each) => each.target),
]);

/** Targets that a service may have where nx.json says nothing of them. */
export const serviceTargets = targetsOf('service', defaultOptions);

/**
 * Returns the targets that a service has. None waits for a target of the project's own file that runs until it is stopped.
 * @param files names in its folder.
 */
export function targetsOfService(
  files: readonly string[],
  options: TargetOptions = defaultOptions,
  { targets: own = {}, scripts = {} }: Partial<ProjectFile> = {},
): Targets {
  const missing = Object.values<Command>(commands).filter(
    ({ of, isFor }) => of === 'service' && isFor?.(files) === false,
  );
  const names = new Set(missing.map(({ target }) => options.targetPrefix + target));
  const ends = (name: string) =>
    !isWatching(own[name] ?? (Object.hasOwn(scripts, name) ? { command: scripts[name] } : undefined));
  return Object.fromEntries(
    Object.entries(targetsOf('service', options))
      .filter(([name]) => !names.has(name))
      .map(([name, target]) => [
        name,
        { ...target, ...(target.dependsOn && { dependsOn: target.dependsOn.filter((each) => ends(each as string)) }) },
      ]),
  );
}

/** Returns the targets of the project that holds the environments. */
export function infrastructureTargets(options: TargetOptions = defaultOptions): Targets {
  return targetsOf('infrastructure', options);
}

function targetsOf(project: Command['of'], options: TargetOptions): Targets {
  const own = Object.entries<Command>(commands).filter(([, command]) => command.of === project);
  return Object.fromEntries(
    own.map(([name, command]) => [
      options.targetPrefix + command.target,
      targetOf(name as CommandName, command, options),
    ]),
  );
}

/** Returns the target of a command. What speaks to the outside is never cached by Nx. */
function targetOf(name: CommandName, command: Command, options: TargetOptions): TargetConfiguration {
  const { description, technologies, inputs, isCached = false, isContinuous } = command;
  const dependsOn = dependenciesOf(name, command, options);
  return {
    executor: executorNamed(name),
    cache: isCached,
    ...(isContinuous && { continuous: true }),
    ...(inputs && { inputs: inputs.map((input) => inputOf(input, options)) }),
    ...(isCached && { outputs: [] }),
    ...(dependsOn && { dependsOn }),
    metadata: { description, technologies: [...technologies] },
  };
}

function inputOf(input: CommandInput, { infrastructure }: TargetOptions): CommandInput {
  if (typeof input === 'string') return input;
  return { runtime: input.runtime.replaceAll('{infrastructure}', infrastructure) };
}

function dependenciesOf(
  name: CommandName,
  { dependsOn }: Command,
  { targetPrefix, dependsOn: given }: TargetOptions,
): string[] | undefined {
  const written = given[name as keyof typeof given];
  if (written) return [...written];
  return dependsOn?.map((target) => (ownTargets.has(target) ? targetPrefix + target : target));
}
