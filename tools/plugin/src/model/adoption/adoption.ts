/** Something that `release` would refuse, and that is put right by an edit. */
export interface Mended {
  /** A line: where, and what is wrong. */
  readonly finding: string;
  /** The edit, as a clause in the past: `set to 2`. */
  readonly edit: string;
}

/** Something that `release` would refuse, and that a person has to decide. */
export interface Left {
  readonly finding: string;
  readonly hint: string;
}

/** An object that is taken out of the folder of manifests. */
export interface TakenOut {
  readonly kind: string;
  readonly name: string;
  readonly text: string;
}

/** What is to be done before a service can be released. */
export interface Adoption {
  readonly mended: readonly Mended[];
  readonly left: readonly Left[];
  /** The manifests as they are then, by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Secrets with data. Never to be shown. */
  readonly secrets: readonly TakenOut[];
  /** Objects of the whole cluster. */
  readonly clusterObjects: readonly TakenOut[];
}
