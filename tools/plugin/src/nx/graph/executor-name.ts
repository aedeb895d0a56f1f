/**
 * How targets name an executor of this plugin: by the folder that holds nothing but plain JavaScript. By the package's
 * name Nx would start the TypeScript compiler for it, in every command (docs/decisions/0004-batches.md).
 */
export function executorNamed(name: string): string {
  return `./tools/nx:${name}`;
}
