import type { Order } from './order.ts';

/**
 * Orders of this process, newest first. In memory, so each replica has its own and loses it when it ends: enough for a
 * sample; a real service has a database here.
 */
export class OrderBook {
  readonly #orders = new Map<string, Order>();
  readonly #limit: number;

  /** @param limit orders kept; the oldest are forgotten, so that memory does not grow without end. */
  constructor(limit = 1000) {
    this.#limit = limit;
  }

  add(order: Order): void {
    this.#orders.set(order.id, order);
    if (this.#orders.size <= this.#limit) return;
    for (const oldest of this.#orders.keys()) return void this.#orders.delete(oldest);
  }

  find(id: string): Order | undefined {
    return this.#orders.get(id);
  }

  newest(count: number): Order[] {
    return [...this.#orders.values()].reverse().slice(0, count);
  }
}
