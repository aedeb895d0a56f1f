import { shortCommit } from '../../model/commits/commit.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { ProvisionRequest } from './provision.ts';
import type { ProvisioningSource } from './provisioning-source.ts';

/**
 * Refuses a configuration of another commit than the one that was shown when it was approved of: a tag may have come, or been
 * moved, since.
 * @throws {Refusal}
 */
export function requireCommit(
  { commit, environment, version }: Pick<ProvisionRequest, 'commit' | 'environment' | 'version'>,
  found: Pick<ProvisioningSource, 'commit'>,
): void {
  if (commit === undefined || commit === found.commit) return;
  const what = version ? `The version ${version}` : 'The newest version with the content of the checkout';
  throw new Refusal({
    type: 'other-commit',
    doing: `provision ${environment.name}`,
    reason: `${what} is of ${shortCommit(found.commit)}, and not of ${shortCommit(commit)}, which was asked for with \`--commit\`.`,
    remedy: 'Look at the difference with `--dry-run`, and have that approved: start the pipeline again.',
  });
}
