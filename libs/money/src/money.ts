/** 12 digits before the point. A double holds far more whole numbers than that. */
const mostCents = 99_999_999_999_999;

/**
 * An amount of money, exact to the hundredth: `12.50 EUR`. Counted in whole cents, because binary fractions cannot hold
 * `0.10`.
 */
export class Money {
  /** Hundredths of the currency's unit. */
  readonly cents: number;
  /** Three capitals, as ISO 4217 has them. */
  readonly currency: string;

  private constructor(cents: number, currency: string) {
    this.cents = cents;
    this.currency = currency;
  }

  /** @returns the amount that the texts denote (`"12.50"`, `"EUR"`), or undefined when they denote none. */
  static parse(amount: string, currency: string): Money | undefined {
    const [, units, hundredths = ''] = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(amount) ?? [];
    if (units === undefined || !/^[A-Z]{3}$/.test(currency)) return undefined;
    return new Money(Number(units) * 100 + Number(hundredths.padEnd(2, '0')), currency);
  }

  /**
   * @param count whole and not negative.
   * @throws {RangeError} when the product is larger than amounts that are read.
   */
  times(count: number): Money {
    const cents = this.cents * count;
    if (cents > mostCents) throw new RangeError(`${this} times ${count} is too large.`);
    return new Money(cents, this.currency);
  }

  /** The amount without its currency: `12.50`. */
  get amount(): string {
    return `${Math.floor(this.cents / 100)}.${String(this.cents % 100).padStart(2, '0')}`;
  }

  toString(): string {
    return `${this.amount} ${this.currency}`;
  }
}
