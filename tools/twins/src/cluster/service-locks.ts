import type { Actor } from '../../../plugin/src/model/release/actor.ts';
import type { ServiceLock } from '../../../plugin/src/ports/cluster.ts';

interface HeldLock {
  readonly holder: Actor;
  readonly lost: AbortController;
  alive: boolean;
}

/** The write locks of a namespace, one for each service. */
export class ServiceLocks {
  private readonly held = new Map<string, HeldLock>();
  private readonly waiting: (() => void)[] = [];

  /**
   * Waits for the lock of a service, and takes it over from a holder who died.
   * @param onWait called once for each other holder, with who.
   * @param signal ends the wait when it is aborted.
   */
  async acquire(
    service: string,
    holder: Actor,
    onWait: (heldBy: string) => void,
    signal?: AbortSignal,
  ): Promise<ServiceLock> {
    let told: HeldLock | undefined;
    for (let other = this.held.get(service); other?.alive; other = this.held.get(service)) {
      if (told !== other) onWait(`${other.holder.person} (${other.holder.run})`);
      told = other;
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
        if (signal?.aborted) resolve();
      });
      signal?.throwIfAborted();
    }
    this.held.get(service)?.lost.abort(new Error(`${holder.person} (${holder.run}) has the lock now`));
    const held: HeldLock = { holder, lost: new AbortController(), alive: true };
    this.held.set(service, held);
    return { lost: held.lost.signal, release: async () => this.release(service, held) };
  }

  /** Lets the holder of a service's lock die without a word. */
  killHolder(service: string): void {
    const held = this.held.get(service);
    if (held) held.alive = false;
    this.wake();
  }

  private release(service: string, held: HeldLock): void {
    if (this.held.get(service) === held) this.held.delete(service);
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
