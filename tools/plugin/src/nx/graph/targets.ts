import type { TargetConfiguration } from '@nx/devkit';
import { commands, type Command } from './commands.ts';
import { executorNamed } from './executor-name.ts';

/** Targets that a service may have. */
export const serviceTargets = targetsOf('service');

/** Returns the targets that a service has. @param files names in its folder. */
export function targetsOfService(files: readonly string[]): Readonly<Record<string, TargetConfiguration>> {
  const missing = Object.values<Command>(commands).filter(
    ({ of, isFor }) => of === 'service' && isFor?.(files) === false,
  );
  const names = new Set(missing.map(({ target }) => target));
  return Object.fromEntries(Object.entries(serviceTargets).filter(([name]) => !names.has(name)));
}

/** Targets of the project that holds the environments. */
export const infrastructureTargets = targetsOf('infrastructure');

function targetsOf(project: Command['of']): Readonly<Record<string, TargetConfiguration>> {
  const own = Object.entries<Command>(commands).filter(([, command]) => command.of === project);
  return Object.fromEntries(own.map(([name, command]) => [command.target, targetOf(name, command)]));
}

/** Returns the target of a command. What speaks to the outside is never cached by Nx. */
function targetOf(name: string, command: Command): TargetConfiguration {
  const { description, technologies, dependsOn, inputs, isCached = false, isContinuous } = command;
  return {
    executor: executorNamed(name),
    cache: isCached,
    ...(isContinuous && { continuous: true }),
    ...(inputs && { inputs: [...inputs] }),
    ...(isCached && { outputs: [] }),
    ...(dependsOn && { dependsOn: [...dependsOn] }),
    metadata: { description, technologies: [...technologies] },
  };
}
