/**
 * Answers questions about folders that are asked at the same moment by one question about all of them. An answer is never
 * begun before it was asked for: what it says was so then or later.
 */
export class AskedTogether<T> {
  private readonly ask: (folders: readonly string[]) => Promise<T>;
  private next: { readonly folders: Set<string>; readonly answer: Promise<T> } | undefined;

  /** @param ask its answer may say more than was asked for. */
  constructor(ask: (folders: readonly string[]) => Promise<T>) {
    this.ask = ask;
  }

  about(folders: readonly string[]): Promise<T> {
    const next = (this.next ??= this.begin());
    for (const folder of folders) next.folders.add(folder);
    return next.answer;
  }

  private begin(): { readonly folders: Set<string>; readonly answer: Promise<T> } {
    const folders = new Set<string>();
    // When all who ask now have asked.
    const asked = new Promise<void>((resolve) => setImmediate(resolve));
    const answer = asked.then(() => {
      this.next = undefined;
      return this.ask([...folders]);
    });
    return { folders, answer };
  }
}
