import type { Environment } from '../../model/environment/environment.ts';
import type { Release } from '../../model/release/release.ts';
import type { ServiceMap } from '../../ports/service-map.ts';

/** The input of an audit. */
export interface AuditRequest {
  readonly environments: readonly Environment[];
  readonly services: ServiceMap;
  /** The branch that says who may sign. */
  readonly mainBranch: string;
  /** Set when what is safe to fix is fixed. */
  readonly repair?: AuditRepair | undefined;
}

/** The means to make again what is missing. */
export interface AuditRepair {
  /** True when a tag that is made again must be signed. */
  readonly signsTags: boolean;
  /** Returns the news in a release, as Markdown, for one that the forge lacks. */
  notes(release: Release): Promise<string>;
}
