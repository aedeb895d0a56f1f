import type { InstalledTool, Language } from '../model/toolchains/toolchain.ts';

/** A language's tool on this machine, as far as it could be asked. */
export type ToolState =
  | { readonly state: 'found'; readonly tool: InstalledTool }
  /** @property command what was looked for on the PATH. */
  | { readonly state: 'missing'; readonly command: string }
  /** It is there, and does not say its version. @property reason as a clause: `it does not answer within 15 s`. */
  | { readonly state: 'broken'; readonly command: string; readonly reason: string; readonly output: readonly string[] };

/** The languages' tools that are installed on this machine. */
export interface InstalledTools {
  /** @param folder relative to the workspace's root: managers of versions choose by it. Asks once for each. Never throws. */
  find(language: Language, folder: string): Promise<ToolState>;
}
