/** Glob of the files that describe environments. */
export const environmentMarker = 'Infrastructure/environments/*.{yaml,yml}';

/** @returns the folder of the project that an environment's file belongs to, or undefined for any other file. */
export function infrastructureFolder(file: string): string | undefined {
  return /^Infrastructure\/environments\/[^/]+\.ya?ml$/.test(file) ? 'Infrastructure' : undefined;
}
