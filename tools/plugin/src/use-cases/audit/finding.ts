/** Something on which the witnesses of releases and deployments do not agree. */
export interface Finding {
  /** The subject: `orders 20261124-1`, `orders in preprod`. */
  readonly subject: string;
  /** Stable name for machines, in kebab-case: `no-tag`. */
  readonly type: string;
  /** The accounts of the witnesses, in a sentence or more. */
  readonly says: string;
  /** The next step, in a sentence or more. */
  readonly remedy: string;
  /** True when it was mended just now. */
  readonly isRepaired: boolean;
}

/** A function that makes a finding about its subject, which was not mended. */
export type FindingMaker = (type: string, says: string, remedy: string) => Finding;

/** Returns a maker of findings about a subject: `orders in preprod`. */
export function findingsAbout(subject: string): FindingMaker {
  return (type, says, remedy) => ({ subject, type, says, remedy, isRepaired: false });
}
