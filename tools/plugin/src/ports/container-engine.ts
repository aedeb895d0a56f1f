import type { BuildSettings } from '../model/build/build-settings.ts';
import type { PinnedBaseImage } from '../model/image/base-images.ts';
import type { Digest, ImageRef } from '../model/image/image-ref.ts';

/** The input of an image build. */
export interface ImageBuild {
  /** Folder of the build context, absolute. */
  readonly context: string;
  /** The Dockerfile, absolute. */
  readonly dockerfile: string;
  /** The build as the service declares it; folders in it are absolute. */
  readonly settings: Omit<BuildSettings, 'context'>;
  /** The images that it takes from outside, each by the digest that the build must use. Others are as the engine finds them. */
  readonly baseImages?: readonly PinnedBaseImage[];
  /** The time that everything in the image is from (SOURCE_DATE_EPOCH), where the engine can write it: that of the commit. */
  readonly sourceDate: Date;
  /** Labels of the image, and annotations of its manifest where the engine can write them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Names that the image gets. */
  readonly images: readonly ImageRef[];
}

/** A build before its image has a name. */
export type BuildRecipe = Pick<ImageBuild, 'context' | 'dockerfile' | 'settings'>;

/** Builds and pushes images: docker, podman. */
export interface ContainerEngine {
  readonly name: string;
  /**
   * Makes sure that an image can be built so on this machine, as far as that is known before. Changes nothing.
   * @throws {Refusal} naming what the engine cannot do, or a secret that is not there.
   */
  requireBuildable(recipe: BuildRecipe): Promise<void>;
  /**
   * Builds an image of each platform; of several, an index. No registry has it under a name before the push: an engine may send it there without one.
   * @param signal ends the engine, and all that it started, when it is aborted; its reason is thrown then.
   * @throws {Failure} with the last lines of the build's output.
   */
  build(build: ImageBuild, onLine: (line: string) => void, signal?: AbortSignal): Promise<void>;
  /**
   * @param signal as of a build. What was sent to the registry before stays there.
   * @returns the digest under which the registry has the image. @throws {Failure|Refusal} naming the registry.
   */
  push(image: ImageRef, onLine: (line: string) => void, signal?: AbortSignal): Promise<Digest>;
  /** Removes what a build keeps on this machine for the push of an image, and for nothing else; it can't be pushed then. */
  forget(image: ImageRef): Promise<void>;
}
