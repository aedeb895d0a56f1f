import type { Environment } from '../../model/environment/environment.ts';
import type { Release } from '../../model/release/release.ts';
import type { ServiceMap } from '../../ports/service-map.ts';

/** What shall be audited. */
export interface AuditRequest {
  readonly environments: readonly Environment[];
  readonly services: ServiceMap;
  /** Whether what is safe to mend is mended. */
  readonly repair: boolean;
  /** What is new in a release, as Markdown, for one that the forge lacks. */
  notes(release: Release): Promise<string>;
}
