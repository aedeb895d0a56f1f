import type { ProvisioningPackage } from '../../model/provision/provisioning-package.ts';
import type { BuildNumber } from '../../model/release/build-number.ts';
import type { TagOptions } from './tag-signatures.ts';

/** The packages of the clusters' configuration, each of which is an annotated tag, at the origin where there is one. */
export interface PackageTags {
  /** Returns the package of a version, fetched when missing here; undefined when there is none. */
  readPackage(version: BuildNumber): Promise<ProvisioningPackage | undefined>;
  /**
   * Makes the annotated tag of a package and pushes it. Does nothing when the same is there already.
   * @throws {Refusal} when the origin refuses the push, or when another package has the tag, or there is no key to sign with.
   */
  tagPackage(made: ProvisioningPackage, options?: TagOptions): Promise<'created' | 'exists'>;
}
