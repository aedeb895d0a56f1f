import { Money } from '@poc/money';
import { HttpProblem } from '@poc/service-host';

/** What somebody wants to buy. */
export interface OrderRequest {
  readonly item: string;
  readonly quantity: number;
  readonly unitPrice: Money;
}

/** A paid order. */
export interface Order extends OrderRequest {
  readonly id: string;
  readonly total: Money;
  /** Id of the charge in the payments service. */
  readonly chargeId: string;
}

/**
 * Reads the body of `POST /`.
 * @throws {HttpProblem} 422 that names the field and what it must be.
 */
export function parseOrderRequest(body: unknown): OrderRequest {
  if (typeof body !== 'object' || body === null) throw invalid('The body must be an object.');
  const { item, quantity, unitPrice, currency = 'EUR' } = body as Record<string, unknown>;
  if (typeof item !== 'string' || !/^\S(.{0,98}\S)?$/.test(item))
    throw invalid('"item" must be a text of 1 to 100 characters.');
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1 || quantity > 1000)
    throw invalid('"quantity" must be a whole number from 1 to 1000.');
  const price = Money.parse(String(unitPrice), String(currency));
  if (typeof unitPrice !== 'string' || price === undefined)
    throw invalid('"unitPrice" must be a text like "12.50", and "currency" three capitals like "EUR".');
  return { item, quantity, unitPrice: price };
}

/** An order as the API shows it. */
export function orderAsJson({ id, item, quantity, unitPrice, total, chargeId }: Order): Record<string, unknown> {
  return {
    id,
    item,
    quantity,
    unitPrice: unitPrice.amount,
    total: total.amount,
    currency: total.currency,
    chargeId,
  };
}

function invalid(detail: string): HttpProblem {
  return new HttpProblem(422, 'invalid-order', detail);
}
