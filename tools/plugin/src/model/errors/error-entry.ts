/** The meaning and the remedy of a type of error in general; an error itself has those of its case. */
export interface ErrorEntry {
  readonly meaning: string;
  readonly remedy: string;
}

/** Returns an entry of the catalog. */
export const entry = (meaning: string, remedy: string): ErrorEntry => ({ meaning, remedy });
