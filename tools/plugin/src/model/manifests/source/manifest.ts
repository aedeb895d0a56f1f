import type { ManifestSource } from './manifest-source.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';

/** An object as it is written, and where. */
export interface Manifest {
  readonly object: KubernetesObject;
  readonly source: ManifestSource;
}
