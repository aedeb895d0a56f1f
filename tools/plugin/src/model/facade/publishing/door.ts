import type { ApiId, ApiRevision, ProductId } from '../identifiers.ts';
import type { RevisionMark } from '../revision-mark.ts';
import type { ApiSettings } from './publication.ts';

/** A revision of an API, as the door has it. */
export interface DoorRevision {
  readonly revision: ApiRevision;
  /** Undefined when it is not ours. */
  readonly mark: RevisionMark | undefined;
  /** Where it sends requests; undefined when that was not asked. */
  readonly serviceUrl?: string;
}

/** The current revision of an API, as the door has it. */
export interface CurrentApi {
  readonly api: ApiId;
  readonly revision: ApiRevision;
  /** Undefined when it is not ours. */
  readonly mark: RevisionMark | undefined;
  readonly settings: ApiSettings;
  /** Undefined when they were not asked. */
  readonly products?: readonly ProductId[];
}

/** An API, as the door has it. */
export interface DoorApi {
  /** Those of the current revision. */
  readonly settings: ApiSettings;
  readonly current: ApiRevision;
  /** All, in any order. */
  readonly revisions: readonly DoorRevision[];
  readonly products: readonly ProductId[];
}
