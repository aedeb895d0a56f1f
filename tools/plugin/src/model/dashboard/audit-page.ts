import type { Audited } from '../observe/audited.ts';
import { groupByKey } from '../text/group-by-key.ts';

/** The disagreements about releases and deployments, as `audit` finds them. Times are ISO 8601, UTC, by the server's clock. */
export interface AuditPage extends Audited {
  readonly now: string;
  /** When the witnesses were asked. */
  readonly auditedAt: string;
  /** By subject, in the order in which they were found. */
  readonly subjects: readonly AuditedSubject[];
}

/** All findings on one subject: `orders in preprod`. */
export interface AuditedSubject {
  readonly subject: string;
  readonly findings: readonly ShownFinding[];
}

/** Something on which the witnesses do not agree. */
export interface ShownFinding {
  /** Stable name: `no-tag`. */
  readonly type: string;
  /** The accounts of the witnesses. */
  readonly says: string;
  /** The next step. */
  readonly remedy: string;
}

/** Returns findings by their subject. */
export function findingsBySubject(
  findings: readonly (ShownFinding & { readonly subject: string })[],
): AuditedSubject[] {
  const groups = groupByKey(
    findings.map(({ subject, type, says, remedy }) => [subject, { type, says, remedy }] as const),
  );
  return [...groups].map(([subject, ofSubject]) => ({ subject, findings: ofSubject }));
}

/** Returns the subjects of which something contains a text, whatever its case, each with all its findings. */
export function filterSubjects(subjects: readonly AuditedSubject[], text: string): AuditedSubject[] {
  const wanted = text.trim().toLowerCase();
  return subjects.filter(({ subject, findings }) =>
    [subject, ...findings.flatMap(({ type, says, remedy }) => [type, says, remedy])].some((each) =>
      each.toLowerCase().includes(wanted),
    ),
  );
}
