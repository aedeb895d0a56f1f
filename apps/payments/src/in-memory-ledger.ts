import type { Charge, Ledger } from './ledger.ts';

/**
 * Charges of this process, for development and tests without a database: each replica has its own and loses it when it
 * ends.
 */
export class InMemoryLedger implements Ledger {
  readonly #byId = new Map<string, Charge>();
  readonly #byKey = new Map<string, Charge>();
  readonly #limit: number;

  /** @param limit charges kept; the oldest are forgotten, so that memory does not grow without end. */
  constructor(limit = 1000) {
    this.#limit = limit;
  }

  async add(charge: Charge): Promise<Charge> {
    const known = this.#byKey.get(charge.key);
    if (known) return known;
    this.#byId.set(charge.id, charge);
    this.#byKey.set(charge.key, charge);
    if (this.#byId.size > this.#limit) {
      const [oldest] = this.#byId.values();
      this.#byId.delete(oldest!.id);
      this.#byKey.delete(oldest!.key);
    }
    return charge;
  }

  async find(id: string): Promise<Charge | undefined> {
    return this.#byId.get(id);
  }
}
