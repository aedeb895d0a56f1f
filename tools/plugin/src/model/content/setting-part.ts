/**
 * Whom a part of the workspace's settings concerns: all that is built with Node.js, those that have one of some packages, those
 * that are made of one of some files or folders, or those whose image is made by way of a target (a name, a pattern or an
 * executor, as in `targetDefaults`).
 */
export type Concern =
  | { readonly of: 'node' }
  | { readonly of: 'packages'; readonly names: readonly string[] }
  | { readonly of: 'paths'; readonly paths: readonly string[] }
  | { readonly of: 'target'; readonly target: string };

/** A part of what a file at the root of the workspace says, on one subject. */
export interface SettingPart {
  /** Unique within its file. */
  readonly key: string;
  readonly text: string;
  readonly concern: Concern;
}

/** Returns the parts in which two states of a file differ, those that are gone among them. */
export function changedParts(before: readonly SettingPart[], after: readonly SettingPart[]): SettingPart[] {
  const missingIn = (others: readonly SettingPart[]) => {
    const texts = new Map(others.map(({ key, text }) => [key, text]));
    return ({ key, text }: SettingPart) => texts.get(key) !== text;
  };
  return [...before.filter(missingIn(after)), ...after.filter(missingIn(before))];
}
