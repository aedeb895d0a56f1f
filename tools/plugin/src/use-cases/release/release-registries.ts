import { automaticEnvironments, type Environment } from '../../model/environment/environment.ts';

/**
 * Returns the registry that a release is pushed to: that of the first environment it is meant for, or of the first one when it
 * is meant for none. Other environments with a registry of their own get it from there, when it is deployed to them.
 */
export function releaseRegistry(
  environments: readonly Environment[],
  targets: readonly Environment[] = automaticEnvironments(environments),
): string {
  // There is always an environment.
  return [...targets, ...environments][0]!.registry;
}

/** Returns the registries of environments, each once, in their order. */
export function registriesOf(environments: readonly Environment[]): string[] {
  return [...new Set(environments.map(({ registry }) => registry))];
}
