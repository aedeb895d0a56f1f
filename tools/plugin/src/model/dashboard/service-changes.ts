import type { ReleaseDiff } from '../changes/release-diff.ts';

/** A type as it is after it was sent as JSON: build numbers are texts. */
export type AsJson<T> = T extends { toJSON(): infer Text }
  ? Text
  : T extends readonly (infer Item)[]
    ? readonly AsJson<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: AsJson<T[Key]> }
      : T;

/** The differences between two releases of a service, older to newer, as `changes` has them. */
export interface ServiceChanges {
  readonly changes: AsJson<ReleaseDiff>;
  /** The same, to paste; an export has none. */
  readonly markdown?: string;
  /** The part that an export leaves out, as a sentence. */
  readonly leftOut?: string;
}
