import { automaticEnvironments, type Environment } from '../../model/environment/environment.ts';

/**
 * Registries that a release is pushed to, each once: those of the environments it is meant for, or of the first one when
 * it is meant for none.
 */
export function releaseRegistries(
  environments: readonly Environment[],
  targets: readonly Environment[] = automaticEnvironments(environments),
): string[] {
  const meant = targets.length > 0 ? targets : environments.slice(0, 1);
  return [...new Set(meant.map(({ registry }) => registry))];
}
