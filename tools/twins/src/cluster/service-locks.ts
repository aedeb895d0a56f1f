import type { Actor } from '../../../plugin/src/model/release/actor.ts';
import { Failure } from '../../../plugin/src/model/errors/product-error.ts';
import type { ServiceLock } from '../../../plugin/src/ports/cluster.ts';

/** A lock, as long as its holder does not die. */
class HeldLock {
  readonly holder: Actor;
  readonly loss = new AbortController();
  alive = true;

  constructor(holder: Actor) {
    this.holder = holder;
  }
}

/** A lock, and the fence that it is for what its holder writes. */
export interface FencingLock extends ServiceLock {
  /** @throws {Failure} when it was lost or released. */
  hold(): void;
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
  ): Promise<FencingLock> {
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
    this.held.get(service)?.loss.abort(lockLost(service, `${holder.person} (${holder.run}) took it over.`));
    const held = new HeldLock(holder);
    this.held.set(service, held);
    return {
      lost: held.loss.signal,
      release: async () => this.release(service, held),
      hold: () => {
        held.loss.signal.throwIfAborted();
        if (this.held.get(service) !== held) throw lockLost(service, 'It was released already.');
      },
    };
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

function lockLost(name: string, reason: string): Failure {
  return new Failure({
    type: 'lock-lost',
    doing: `keep the lock ${name}`,
    reason,
    remedy: 'Run the same command again.',
  });
}
