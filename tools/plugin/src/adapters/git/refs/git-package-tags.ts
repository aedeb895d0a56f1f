import {
  isSamePackage,
  packageMessage,
  packageTag,
  parsePackageMessage,
  type ProvisioningPackage,
} from '../../../model/provision/provisioning-package.ts';
import type { BuildNumber } from '../../../model/release/build-number.ts';
import type { ReleaseTag } from '../../../model/release/release-tag.ts';
import type { PackageTags } from '../../../ports/repository/package-tags.ts';
import type { TagOptions } from '../../../ports/repository/tag-signatures.ts';
import { parseTagObject } from './annotated-tag.ts';
import type { Clone } from '../clone.ts';
import { isUsable } from './ref-names.ts';
import { PermanentTags } from './permanent-tags.ts';

/** Packages of the clusters' configuration, each of which is an annotated tag. */
export class GitPackageTags implements PackageTags {
  private readonly tags: PermanentTags;

  constructor(clone: Clone) {
    this.tags = new PermanentTags(clone);
  }

  async readPackage(version: BuildNumber): Promise<ProvisioningPackage | undefined> {
    const tag = packageTag(version);
    return isUsable(tag) ? packageIn(tag, await this.tags.read(tag)) : undefined;
  }

  tagPackage(made: ProvisioningPackage, { sign = false }: TagOptions = {}): Promise<'created' | 'exists'> {
    const tag = packageTag(made.version);
    return this.tags.make({
      tag,
      sign,
      commit: made.commit,
      message: packageMessage(made),
      isSame: (text) => isSamePackage(packageIn(tag, text), made),
    });
  }
}

function packageIn(tag: ReleaseTag, text: string | undefined): ProvisioningPackage | undefined {
  const parsed = text === undefined ? undefined : parseTagObject(text);
  return parsed?.name === tag.toString() ? parsePackageMessage(tag, parsed.commit, parsed.message) : undefined;
}
