/** Money that was taken, once. */
export interface Charge {
  readonly id: string;
  /** What makes two requests one: `Idempotency-Key` of the caller. */
  readonly key: string;
  readonly amountInCents: number;
  readonly currency: string;
}

/** Where charges are kept. */
export interface Ledger {
  /**
   * Keeps a charge, unless its key has one.
   * @returns the charge of the key: the same, or the one that was there. @throws {LedgerUnavailable}
   */
  add(charge: Charge): Promise<Charge>;
  /** @throws {LedgerUnavailable} */
  find(id: string): Promise<Charge | undefined>;
}

/** The database did not come back for as long as a request can wait. */
export class LedgerUnavailable extends Error {
  override readonly name = 'LedgerUnavailable';
}
