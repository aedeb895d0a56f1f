import type { DashboardPatch } from '../../model/dashboard/dashboard-state.ts';
import { visibleJson } from './visible-json.ts';

/** Patches and characters of them that are kept for pages whose stream was interrupted. */
const most = { patches: 500, characters: 8 * 1024 * 1024 };

/** The newest patches, as they are sent. */
export class PatchRing {
  private readonly kept: { readonly version: number; readonly text: string }[] = [];
  private characters = 0;

  /** @returns its text. */
  add(patch: DashboardPatch): string {
    const text = visibleJson(patch);
    this.kept.push({ version: patch.version, text });
    this.characters += text.length;
    while (this.kept.length > most.patches || (this.characters > most.characters && this.kept.length > 0))
      this.characters -= this.kept.shift()!.text.length;
    return text;
  }

  /**
   * Returns what a page lacks that has a version; undefined when that is too old, or none of this server's.
   * @param current the newest version.
   */
  since(version: number, current: number): { readonly version: number; readonly text: string }[] | undefined {
    if (version === current) return [];
    const from = this.kept.findIndex((each) => each.version === version + 1);
    return from < 0 || version > current ? undefined : this.kept.slice(from);
  }
}
