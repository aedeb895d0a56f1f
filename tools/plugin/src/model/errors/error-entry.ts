/** The folders and files that entries name, as `model/workspace/places.ts` has them: nx.json says where they are. */
export interface ErrorPlaces {
  readonly provisioningFolder: string;
  readonly instanceFolder: string;
  readonly sshSignersFile: string;
}

/** A text, or what makes it for a workspace. */
export type ErrorText = string | ((places: ErrorPlaces) => string);

/** The meaning and the remedy of a type of error in general; an error itself has those of its case. */
export interface ErrorEntry {
  readonly meaning: ErrorText;
  readonly remedy: ErrorText;
}

/** Returns an entry of the catalog. */
export const entry = (meaning: ErrorText, remedy: ErrorText): ErrorEntry => ({ meaning, remedy });

/** Returns a text of the catalog, with the names that folders have in a workspace. */
export function textFor(places: ErrorPlaces, text: ErrorText): string {
  return typeof text === 'string' ? text : text(places);
}
