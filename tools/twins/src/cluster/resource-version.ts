import type { ChangedServices } from '../../../plugin/src/model/observe/changed-services.ts';

/** The counter of a namespace's writes: each object has the number of its last one as `resourceVersion`. */
export class ResourceVersion {
  private latest = 0;
  /** The number of the last change of each service. */
  private readonly changed = new Map<string, number>();

  /** Counts a write, and returns its number. @param services whose observation it may change. */
  next(...services: readonly string[]): number {
    this.latest++;
    for (const service of services) this.changed.set(service, this.latest);
    return this.latest;
  }

  /** Yields all services at once, and then whenever some were changed since, until the signal is aborted. */
  async *changes(signal: AbortSignal): AsyncGenerator<ChangedServices> {
    let seen = this.latest;
    if (!signal.aborted) yield 'all';
    while (!signal.aborted) {
      const since = seen;
      seen = this.latest;
      const services = [...this.changed].flatMap(([service, version]) => (version > since ? [service] : []));
      if (services.length > 0) yield new Set(services);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
