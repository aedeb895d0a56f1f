import type { BuildNumbers } from './build-numbers.ts';
import type { Commits } from './commits.ts';
import type { PackageTags } from './package-tags.ts';
import type { ReleaseTags } from './release-tags.ts';
import type { SourceFiles } from './source-files.ts';
import type { TagSignatures } from './tag-signatures.ts';

/** The git repository that holds the services, and its origin where it has one. */
export type SourceRepository = Commits & SourceFiles & BuildNumbers & ReleaseTags & PackageTags & TagSignatures;

/** Ports that include the repository, or the parts of it that a use case needs. */
export interface WithRepository<Parts = SourceRepository> {
  readonly repository: Parts;
}
