/** Bytes of one object, and of all, that are kept: manifests and settings, which services have in common or are read anew. */
const mostOfOne = 256 * 1024;
const mostOfAll = 16 * 1024 * 1024;

/** Contents of objects by their names, which stand for the same content for ever. The eldest go first. */
export class KeptObjects {
  private readonly contents = new Map<string, Buffer>();
  private bytes = 0;

  /** Returns the content of those that are kept. */
  of(names: readonly string[]): Map<string, Buffer> {
    const found = names.map((name) => [name, this.contents.get(name)] as const);
    return new Map(found.filter((each): each is [string, Buffer] => each[1] !== undefined));
  }

  keep(contents: ReadonlyMap<string, Buffer>): void {
    for (const [name, content] of contents) {
      if (content.length > mostOfOne || this.contents.has(name)) continue;
      // A part of git's output would keep all of it.
      this.contents.set(name, Buffer.from(content));
      this.bytes += content.length;
    }
    for (const [name, { length }] of this.contents) {
      if (this.bytes <= mostOfAll) break;
      this.contents.delete(name);
      this.bytes -= length;
    }
  }
}
