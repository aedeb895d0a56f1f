import type { ApiId, ApiRevision, ProductId } from '../identifiers.ts';
import type { RevisionMark } from '../revision-mark.ts';
import type { ApiSettings } from './publication.ts';

/** A revision that is written to. */
interface Written {
  readonly revision: ApiRevision;
  /** True when it is the current one of an API that no client has found yet: then it is addressed without `;rev=`. */
  readonly isCurrent: boolean;
}

/** One write at the door, or several that are repeated without harm. */
export type PublishStep =
  /** Makes the set of an API's versions, by the first part of the path. */
  | { readonly kind: 'create-version-set'; readonly set: ApiId; readonly displayName: string }
  /** Makes the API with its first revision, by an import, at a path that no client knows. */
  | {
      readonly kind: 'create-api';
      readonly revision: ApiRevision;
      readonly mark: RevisionMark;
      readonly settings: ApiSettings;
    }
  /** Makes a revision as a copy of the current one. */
  | {
      readonly kind: 'create-revision';
      readonly revision: ApiRevision;
      readonly source: ApiRevision;
      readonly mark: RevisionMark;
      readonly serviceUrl: string;
    }
  /** Imports the description with the title and the description that the API has now; takes the digest from its mark. */
  | (Written & {
      readonly kind: 'import';
      readonly mark: RevisionMark;
      readonly settings: ApiSettings;
    })
  /** Puts the policies of the API and its operations, and deletes those that are no longer wanted. */
  | (Written & { readonly kind: 'put-policies' })
  /** Writes the digest, last: the revision is what the release wants. */
  | (Written & { readonly kind: 'seal'; readonly mark: RevisionMark })
  /** Sends the requests of a revision that is not current somewhere else. */
  | { readonly kind: 'point'; readonly revision: ApiRevision; readonly serviceUrl: string }
  /** Makes a revision the current one, by a release. */
  | { readonly kind: 'switch'; readonly revision: ApiRevision }
  /** Changes settings of the API, all at once. */
  | { readonly kind: 'settle'; readonly settings: Partial<ApiSettings> }
  | { readonly kind: 'link' | 'unlink'; readonly product: ProductId }
  /** Deletes a revision. */
  | { readonly kind: 'prune'; readonly revision: ApiRevision };

/** The steps to be carried out at the door, in this order. None of them: all is as it is wanted. */
export interface PublishPlan {
  /** Steps that no client notices. */
  readonly stage: readonly PublishStep[];
  /** Steps that clients notice. */
  readonly open: readonly PublishStep[];
  /** Steps that delete what is no longer needed. */
  readonly prune: readonly PublishStep[];
  /** The revision that is current afterwards: that of the build, or an older one with the same content. */
  readonly revision: ApiRevision;
}
