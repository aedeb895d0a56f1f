import type { Concern } from './setting-part.ts';

/**
 * A part of what a commit changes, as it reaches services: a file, a package that a lock file has in other versions, or a part
 * of the workspace's settings.
 */
export type ChangeOrigin =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'version'; readonly name: string; readonly lockfile: string }
  | { readonly kind: 'setting'; readonly path: string; readonly key: string; readonly concern: Concern };
