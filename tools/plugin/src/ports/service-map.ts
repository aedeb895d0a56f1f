import type { Concern } from '../model/content/setting-part.ts';

/** The services, and what they are made of, by the project graph as it is now. */
export interface ServiceMap {
  /** Names of the workspace's services, in alphabetical order. */
  readonly services: readonly string[];
  /** Returns the services whose content a file is part of. @param path relative to the workspace's root. */
  affectedBy(path: string): ReadonlySet<string>;
  /** Returns the services that an npm package is part of, near or far. */
  usersOf(packageName: string): ReadonlySet<string>;
  /** Returns the services that a part of the workspace's settings concerns. */
  concernedBy(concern: Concern): ReadonlySet<string>;
}
