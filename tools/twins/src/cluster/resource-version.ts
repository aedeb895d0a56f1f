/** The counter of a namespace's writes: each object has the number of its last one as `resourceVersion`. */
export class ResourceVersion {
  private latest = 0;

  /** Counts a write, and returns its number. */
  next(): number {
    return ++this.latest;
  }

  /** Yields at once, and then whenever something was written since, until the signal is aborted. */
  async *changes(signal: AbortSignal): AsyncGenerator<void> {
    let seen = -1;
    while (!signal.aborted) {
      const hasChanged = seen !== this.latest;
      seen = this.latest;
      if (hasChanged) yield;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
