import type { Platform } from './platform.ts';

/** How the image of a service is built: the `build` block of its target `docker-release`. It is part of its content. */
export interface BuildSettings {
  /** Folder of the build context, relative to the workspace's root; undefined for the service's own. */
  readonly context: string | undefined;
  /** Platforms that the image is for; none for what the environments say. */
  readonly platforms: readonly Platform[];
  /** Values of the Dockerfile's `ARG`, by name. They are seen by whoever has the image: no secret belongs there. */
  readonly args: Readonly<Record<string, string>>;
  /** Secrets that `RUN --mount=type=secret` reads, by id: said where it is found, never what it is. */
  readonly secrets: Readonly<Record<string, SecretReference>>;
  /** Ids of the ssh agents that `RUN --mount=type=ssh` reaches; `default` is that of `SSH_AUTH_SOCK`. */
  readonly ssh: readonly string[];
  /** The stage of the Dockerfile that becomes the image; undefined for the last. */
  readonly target: string | undefined;
  /** Further contexts, by the name that `COPY --from` and `FROM` use: folders relative to the workspace's root, or `docker-image://…`. */
  readonly contexts: Readonly<Record<string, string>>;
  /** Where layers are kept for other machines' builds; undefined for the builder's own cache alone. */
  readonly cache: CacheReference | undefined;
}

/** Where a secret of a build is found: in a variable of the environment, or in a file. */
export type SecretReference = { readonly env: string } | { readonly file: string };

/** A cache of layers: a repository of a registry (`registry/repository:tag`), or a folder, absolute or relative to the workspace's root. */
export type CacheReference = { readonly registry: string } | { readonly folder: string };

/** A service's build with its folders absolute, and the context said. */
export type LocatedBuild = BuildSettings & { readonly context: string };

/** The project whose `build` block it is. */
export interface BlockOwner {
  readonly name: string;
  /** Its folder, relative to the workspace's root. */
  readonly root: string;
}

/** Those of a service that declares none. */
export const plainBuild: BuildSettings = {
  context: undefined,
  platforms: [],
  args: {},
  secrets: {},
  ssh: [],
  target: undefined,
  contexts: {},
  cache: undefined,
};
