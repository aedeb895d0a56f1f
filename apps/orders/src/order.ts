import { Money } from '@poc/money';
import { HttpProblem } from '@poc/service-host';

/** `OrderRequest` of openapi.yaml. */
export interface OrderRequestBody {
  readonly item: string;
  readonly quantity: number;
  readonly unitPrice: string;
  readonly currency: string;
}

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
 * Reads the body of `POST /`, which its description has found valid.
 * @throws {HttpProblem} 422 when its price is none.
 */
export function readOrderRequest({ item, quantity, unitPrice, currency }: OrderRequestBody): OrderRequest {
  const price = Money.parse(unitPrice, currency);
  if (price) return { item, quantity, unitPrice: price };
  throw new HttpProblem(422, 'invalid-order', `"unitPrice" must be an amount of money, not ${unitPrice} ${currency}.`);
}

/** Returns an order as the API shows it. */
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
