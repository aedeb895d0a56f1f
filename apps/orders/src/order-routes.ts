import { randomUUID } from 'node:crypto';
import { HttpProblem, type Route } from '@poc/service-host';
import { orderAsJson, parseOrderRequest } from './order.ts';
import type { OrderBook } from './order-book.ts';
import type { PaymentsClient } from './payments-client.ts';

/** The operations of openapi.yaml. */
export function orderRoutes(book: OrderBook, payments: PaymentsClient): Route[] {
  return [
    {
      method: 'POST',
      path: '/',
      handle: async (request) => {
        const wanted = parseOrderRequest(await request.json());
        const id = randomUUID();
        const total = wanted.unitPrice.times(wanted.quantity);
        const chargeId = await payments.charge(id, total, request.id);
        const order = { ...wanted, id, total, chargeId };
        book.add(order);
        // As the gateway knows it: there, this service is /orders.
        return { status: 201, headers: { location: `/orders/${id}` }, body: orderAsJson(order) };
      },
    },
    {
      method: 'GET',
      path: '/',
      handle: () => ({ body: { orders: book.newest(100).map(orderAsJson) } }),
    },
    {
      method: 'GET',
      path: '/{id}',
      handle: ({ parameters: { id = '' } }) => {
        const order = book.find(id);
        if (order) return { body: orderAsJson(order) };
        throw new HttpProblem(404, 'order-not-found', `There is no order ${id}.`);
      },
    },
  ];
}
