import { randomUUID } from 'node:crypto';
import { HttpProblem, type FastifyRequest, type Handlers } from '@poc/service-host';
import { orderAsJson, readOrderRequest, type OrderRequestBody } from './order.ts';
import type { OrderBook } from './order-book.ts';
import type { PaymentsClient } from './payments-client.ts';

/** The operations of openapi.yaml, which validates what they are given. */
export function orderOperations(book: OrderBook, payments: PaymentsClient): Handlers {
  return {
    createOrder: async (request: FastifyRequest<{ Body: OrderRequestBody }>, reply) => {
      const wanted = readOrderRequest(request.body);
      const id = randomUUID();
      const total = wanted.unitPrice.times(wanted.quantity);
      const order = { ...wanted, id, total, chargeId: await payments.charge(id, total) };
      book.add(order);
      // As the gateway knows it: there, this service is /orders.
      return reply.code(201).header('location', `/orders/${id}`).send(orderAsJson(order));
    },

    listOrders: () => ({ orders: book.newest(100).map(orderAsJson) }),

    getOrder: ({ params: { id } }: FastifyRequest<{ Params: { id: string } }>) => {
      const order = book.find(id);
      if (order) return orderAsJson(order);
      throw new HttpProblem(404, 'order-not-found', `There is no order ${id}.`);
    },
  };
}
