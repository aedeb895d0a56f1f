/** Money that was taken, once. */
export interface Charge {
  readonly id: string;
  /** What makes two requests one: `Idempotency-Key` of the caller. */
  readonly key: string;
  readonly amountInCents: number;
  readonly currency: string;
}

/**
 * Charges of this process. In memory, so each replica has its own and loses it when it ends: enough for a sample; a
 * real service has a database here, with a unique index on the key.
 */
export class Ledger {
  readonly #byId = new Map<string, Charge>();
  readonly #byKey = new Map<string, Charge>();
  readonly #limit: number;

  /** @param limit charges kept; the oldest are forgotten, so that memory does not grow without end. */
  constructor(limit = 1000) {
    this.#limit = limit;
  }

  add(charge: Charge): void {
    this.#byId.set(charge.id, charge);
    this.#byKey.set(charge.key, charge);
    if (this.#byId.size <= this.#limit) return;
    const [oldest] = this.#byId.values();
    this.#byId.delete(oldest!.id);
    this.#byKey.delete(oldest!.key);
  }

  find(id: string): Charge | undefined {
    return this.#byId.get(id);
  }

  findByKey(key: string): Charge | undefined {
    return this.#byKey.get(key);
  }
}
