import type { TargetConfiguration } from '@nx/devkit';
import { commands, type Command } from './commands.ts';
import { executorNamed } from './executor-name.ts';

/** Targets that every service has. */
export const serviceTargets = targetsOf('service');

/** Targets of the project that holds the environments. */
export const infrastructureTargets = targetsOf('infrastructure');

function targetsOf(project: Command['of']): Readonly<Record<string, TargetConfiguration>> {
  const own = Object.entries<Command>(commands).filter(([, command]) => command.of === project);
  return Object.fromEntries(own.map(([name, command]) => [command.target, targetOf(name, command)]));
}

/** Returns the target of a command. Nothing of it is ever cached by Nx. */
function targetOf(name: string, command: Command): TargetConfiguration {
  const { description, technologies, dependsOn, inputs, isContinuous } = command;
  return {
    executor: executorNamed(name),
    cache: false,
    ...(isContinuous && { continuous: true }),
    ...(inputs && { inputs: [...inputs] }),
    ...(dependsOn && { dependsOn: [...dependsOn] }),
    metadata: { description, technologies: [...technologies] },
  };
}
