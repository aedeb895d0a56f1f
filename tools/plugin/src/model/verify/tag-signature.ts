/** The result of checking a signature by the keys that may sign. */
export type TagSignature =
  | { readonly state: 'good'; readonly key: string; readonly principal: string }
  /** Nobody signed it. */
  | { readonly state: 'none' }
  | {
      /**
       * `unknown`: by a key that is not listed. `ended`: by one that is, and did not count at the time, or was revoked.
       * `broken`: the signature is not of this content.
       */
      readonly state: 'unknown' | 'ended' | 'broken';
      /** The key's fingerprint; undefined where the signature does not tell it. */
      readonly key: string | undefined;
      /** The key's holder, where it is listed. */
      readonly principal: string | undefined;
      /** Lines of the tool that checked it. */
      readonly evidence: readonly string[];
    };

/** An annotated tag whose signature was checked. What it says is what was signed. */
export interface CheckedTag {
  readonly commit: string;
  readonly message: string;
  readonly signature: TagSignature;
}
