import { Refusal } from '../../model/errors/product-error.ts';
import { packageTag, type ProvisioningPackage } from '../../model/provision/provisioning-package.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';
import { sourceAt } from './provisioning-source.ts';

/**
 * Requires that the commit of a package's tag holds the configuration that the tag says.
 * @param doing what is asked for, as a clause. @throws {Refusal} when it holds another one.
 */
export async function verifyPackage(
  { version, commit, contentHash }: ProvisioningPackage,
  doing: string,
  ports: WithRepository<SourceFiles>,
): Promise<void> {
  const found = await sourceAt(commit, ports);
  if (found.contentHash === contentHash) return;
  const tag = packageTag(version);
  throw new Refusal({
    type: 'content-differs',
    doing,
    reason: `The tag ${tag} says that its configuration is ${contentHash}; commit ${commit} holds ${found.contentHash}.`,
    remedy: `It was not made by \`nx run infrastructure:package\`: look at who pushed it, and delete it with \`git push origin :refs/tags/${tag}\`.`,
  });
}
