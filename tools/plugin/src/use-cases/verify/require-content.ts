import { Refusal } from '../../model/errors/product-error.ts';
import type { Release } from '../../model/release/release.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import type { ServiceSource } from '../../ports/service-source.ts';

/**
 * Requires that a commit holds the content that a release says it does, by the projects that the service is made of now: for
 * the commit that is checked out, or one that is told to have the same content.
 * @param doing what is asked for, as a clause. @throws {Refusal} when it is another content.
 */
export async function requireContent(
  service: Pick<ServiceSource, 'name' | 'contentHash'>,
  { buildNumber, commit, contentHash }: Release,
  doing: string,
): Promise<void> {
  const found = await service.contentHash({ commit });
  if (found === contentHash) return;
  const tag = new ReleaseTag(service.name, buildNumber);
  throw new Refusal({
    type: 'content-differs',
    doing,
    reason: `The tag ${tag} says that its content is ${contentHash}; commit ${commit} holds ${found}.`,
    remedy: `The tag was not made by a release of that commit: look at who pushed it, and delete it with \`git push origin :refs/tags/${tag}\`. Then release again.`,
  });
}
