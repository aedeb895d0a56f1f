import type { Actor } from '../release/actor.ts';
import type { Environment } from '../environment/environment.ts';
import type { ImageRef } from '../image/image-ref.ts';
import type { Release } from '../release/release.ts';

/** The input of rendering manifests. */
export interface RenderRequest {
  /** Texts of the files below `folder`, by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Where the service's manifests are: `apps/orders/k8s`. */
  readonly folder: string;
  readonly environment: Pick<Environment, 'name' | 'namespace' | 'variables'>;
  /** Names of all environments of the workspace: files named like one are overlays. */
  readonly environmentNames: readonly string[];
  readonly release: Release;
  /** The release's image, with tag and digest. */
  readonly image: ImageRef;
  readonly actor: Actor;
  /** The container that gets the image, where the service's options name it. */
  readonly container?: string | undefined;
  /** Why requests of the service may fail while it is released, where its options say so. */
  readonly downtimeReason?: string | undefined;
  /** Name of the workspace, for `app.kubernetes.io/part-of`. */
  readonly partOf: string;
  /** Values of `${NAME}` besides the environment's own, which win, and those of `builtInVariables`. */
  readonly variables?: Readonly<Record<string, string>>;
}
