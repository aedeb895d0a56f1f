/** A ref, as its holder lists it. */
export interface ListedRef {
  /** Name of the object that it points at. */
  readonly object: string;
  /** Name of the commit behind an annotated tag. */
  readonly peeled?: string;
}

/** The holder of the refs, which decides which numbers and tags are taken: the origin, or the local repository where there is no origin. */
export interface ReleaseRefs {
  /** All refs of build numbers and tags, by full name. May be some seconds old. */
  list(): Promise<ReadonlyMap<string, ListedRef>>;
  /** One ref; looks again when it is not among those known. */
  find(ref: string): Promise<ListedRef | undefined>;
  /**
   * Makes a ref that must not be there yet.
   * @returns false when another one is there.
   * @throws {Refusal} when the holder cannot be reached or does not allow it.
   */
  create(ref: string, object: string, doing: string): Promise<boolean>;
  /** Removes refs that still point where they are known to. Those that the holder does not let go stay. */
  remove(refs: readonly { readonly ref: string; readonly object: string }[]): Promise<void>;
  /** Makes sure that what the ref points at is in the local repository. */
  bring(ref: string, listed: ListedRef): Promise<void>;
}
