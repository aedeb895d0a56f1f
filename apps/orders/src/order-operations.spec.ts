import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createService } from '@poc/service-host';
import description from '../openapi.yaml';
import { OrderBook } from './order-book.ts';
import { orderOperations } from './order-operations.ts';
import { PaymentsClient } from './payments-client.ts';

const closers: (() => unknown)[] = [];
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));

/** A stand-in for the payments service. */
async function startPayments(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  closers.push(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const paid: RequestListener = (_request, response) => response.writeHead(201).end('{"id":"charge-1"}');

/** @param timeoutMs longer than a busy machine takes for anything. */
async function startOrders(paymentsUrl: string, book = new OrderBook(), timeoutMs = 25_000): Promise<string> {
  const service = createService({
    name: 'orders',
    description,
    operations: orderOperations(book, new PaymentsClient(paymentsUrl, timeoutMs)),
    checkAnswers: true,
    drain: { lingerMs: 0, budgetMs: 0 },
    logDestination: { write: () => {} },
  });
  closers.push(() => service.drain());
  return `http://127.0.0.1:${await service.listen(0)}`;
}

const pens = { item: 'pen', quantity: 3, unitPrice: '1.10' };
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const post = (url: string, body: unknown) =>
  fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'x-request-id': 'request-1', traceparent },
  });

describe('orders', () => {
  it('takes an order, has it paid and keeps it', async () => {
    const asked: unknown[] = [];
    const payments = await startPayments((request, response) => {
      request.on('data', (chunk: Buffer) => {
        const { method, url, headers } = request;
        const names = ['idempotency-key', 'x-request-id', 'traceparent'];
        asked.push([method, url, ...names.map((name) => headers[name]), JSON.parse(String(chunk))]);
        response.writeHead(201).end('{"id":"charge-1"}');
      });
    });
    const url = await startOrders(payments);
    const created = await post(url, pens);
    const order = (await created.json()) as { id: string };
    expect(order).toEqual({ ...pens, id: order.id, total: '3.30', currency: 'EUR', chargeId: 'charge-1' });
    expect([created.status, created.headers.get('location')]).toEqual([201, `/orders/${order.id}`]);
    expect(asked).toEqual([
      ['POST', '/charges', order.id, 'request-1', traceparent, { amountInCents: 330, currency: 'EUR' }],
    ]);
    expect(await (await fetch(`${url}/${order.id}`)).json()).toEqual(order);
    expect(await (await fetch(url)).json()).toEqual({ orders: [order] });
  });

  it('takes the largest order that is described', async () => {
    const largest = { ...pens, quantity: 1000, unitPrice: '999999999.99' };
    const created = await post(await startOrders(await startPayments(paid)), largest);
    expect([created.status, await created.json()]).toEqual([
      201,
      expect.objectContaining({ total: '999999999990.00' }),
    ]);
  });

  it.each([
    [null, 'The body must be'],
    [{ ...pens, item: ' ' }, '"item"'],
    [{ ...pens, item: 7 }, '"item"'],
    [{ ...pens, quantity: 0 }, '"quantity"'],
    [{ ...pens, quantity: 1.5 }, '"quantity"'],
    [{ ...pens, quantity: '3' }, '"quantity"'],
    [{ ...pens, unitPrice: 1.1 }, '"unitPrice"'],
    [{ ...pens, unitPrice: '-1' }, '"unitPrice"'],
    [{ ...pens, unitPrice: '1000000000' }, '"unitPrice"'],
    [{ ...pens, currency: 'euro' }, '"currency"'],
  ])('refuses %j', async (body, reason) => {
    const answer = await post(await startOrders(await startPayments(paid)), body);
    expect([answer.status, await answer.text()]).toEqual([
      422,
      expect.stringContaining(JSON.stringify(reason).slice(1, -1)),
    ]);
  });

  it('refuses what is not JSON', async () => {
    const url = await startOrders('http://127.0.0.1:1');
    const asText = await fetch(url, { method: 'POST', body: JSON.stringify(pens) });
    expect([asText.status, await asText.json()]).toEqual([
      415,
      expect.objectContaining({ title: 'unsupported-media-type', detail: expect.stringContaining('application/json') }),
    ]);
    const malformed = await fetch(url, { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } });
    expect(malformed.status).toBe(400);
    const long = JSON.stringify({ ...pens, item: 'x'.repeat(1_100_000) });
    const tooLong = await fetch(url, { method: 'POST', body: long, headers: { 'content-type': 'application/json' } });
    expect(tooLong.status).toBe(413);
  });

  it('does not know every order', async () => {
    expect((await fetch(`${await startOrders('http://127.0.0.1:1')}/7`)).status).toBe(404);
  });

  it.each<[string, number, RequestListener]>([
    ['payments-refused', 502, (_request, response) => response.writeHead(500).end()],
    ['payments-refused', 502, (_request, response) => response.end('{}')],
    ['payments-unreachable', 502, (_request, response) => response.end('not JSON')],
    ['payments-unreachable', 502, (request) => request.socket.destroy()],
    ['payments-timeout', 504, () => {}],
  ])('answers %s, %i', async (title, status, listener) => {
    const timeoutMs = status === 504 ? 200 : undefined;
    const url = await startOrders(await startPayments(listener), new OrderBook(), timeoutMs);
    const answer = await post(url, pens);
    expect([answer.status, await answer.json()]).toEqual([status, expect.objectContaining({ title })]);
    expect(await (await fetch(url)).json()).toEqual({ orders: [] });
  });

  it('asks once more when the connection to payments breaks', async () => {
    let calls = 0;
    const payments = await startPayments((request, response) => {
      if (++calls === 1) request.socket.destroy();
      else paid(request, response);
    });
    expect((await post(await startOrders(payments), pens)).status).toBe(201);
  });

  it('forgets the oldest orders', async () => {
    const url = await startOrders(await startPayments(paid), new OrderBook(2));
    for (const item of ['first', 'second', 'third']) await post(url, { ...pens, item });
    const { orders } = (await (await fetch(url)).json()) as { orders: { item: string }[] };
    expect(orders.map(({ item }) => item)).toEqual(['third', 'second']);
  });
});
