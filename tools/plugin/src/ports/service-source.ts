import type { BaseImages } from '../model/image/base-images.ts';
import type { LocatedBuild } from '../model/build/build-settings.ts';
import type { ContentHash } from '../model/release/release.ts';

/** The service that is released, as the workspace knows it. */
export interface ServiceSource {
  readonly name: string;
  /** Its folder, relative to the workspace's root. */
  readonly root: string;
  /** Name of the workspace that it is part of. */
  readonly partOf: string;
  /** The container that runs it, where its options name one. */
  readonly container?: string | undefined;
  /** Why its requests may fail while it is released, where its options say so. */
  readonly downtimeReason?: string | undefined;
  /** Its folder, absolute. */
  readonly folder: string;
  /** Folders of the projects that it is made of, its own first; relative to the workspace's root. */
  readonly projectRoots: readonly string[];
  /** Folders (and single files), relative to the workspace's root, outside which nothing is part of it. */
  readonly inputFolders: readonly string[];
  /** Reports whether a file is its content, by the named inputs of its closure. @param path relative to the workspace's root. */
  isContent(path: string): boolean;
  /** Names of the npm packages that its closure's projects need themselves. */
  readonly packages: readonly string[];
  /** Returns the hash of its content in a commit, or as it lies on the disk. */
  contentHash(source: { readonly commit: string } | 'working-tree'): Promise<ContentHash>;
  /** Returns how its image is built. @throws {Refusal} when a folder of that is not in the workspace. */
  build(): LocatedBuild;
  /** Returns the images that its own is built on top of, or copies from. */
  baseImages(source: { readonly commit: string } | 'working-tree'): Promise<BaseImages>;
  /** Returns warnings on files that the image is built from, though they are no content. */
  foreignImageInputs(source: { readonly commit: string } | 'working-tree'): Promise<readonly string[]>;
  /**
   * @throws {Refusal} naming what the image may be made of and no commit holds: files that git ignores, symbolic links that
   * lead out of the workspace, and files that are on the disk otherwise though git keeps silent about them.
   */
  requireCommittedInputs(): Promise<void>;
}
