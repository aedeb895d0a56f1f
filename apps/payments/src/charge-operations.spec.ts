import { createService, type Service } from '@poc/service-host';
import description from '../openapi.yaml';
import { chargeOperations } from './charge-operations.ts';
import { InMemoryLedger } from './in-memory-ledger.ts';

let service: Service;
let url: string;

beforeEach(async () => {
  service = createService({
    name: 'payments',
    description,
    operations: chargeOperations(new InMemoryLedger(2)),
    checkAnswers: true,
    drain: { lingerMs: 0, budgetMs: 0 },
    logDestination: { write: () => {} },
  });
  url = `http://127.0.0.1:${await service.listen(0)}/charges`;
});
afterEach(() => service.drain());

const post = (body: unknown, key = 'order-1') =>
  fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
  });
const euro = { amountInCents: 100, currency: 'EUR' };

describe('payments', () => {
  it('charges once for a key', async () => {
    const first = await post(euro);
    const charge = (await first.json()) as { id: string };
    expect([first.status, charge]).toEqual([201, { id: charge.id, key: 'order-1', ...euro }]);
    expect(first.headers.get('location')).toBe(`charges/${charge.id}`);
    const again = await post(euro);
    expect([again.status, await again.json()]).toEqual([200, charge]);
    expect(await (await fetch(`${url}/${charge.id}`)).json()).toEqual(charge);
    expect(await (await post(euro, 'order-2')).json()).not.toMatchObject({ id: charge.id });
  });

  it('refuses a key that was used for another charge', async () => {
    await post(euro);
    expect((await post({ ...euro, amountInCents: 101 })).status).toBe(409);
    expect((await post({ ...euro, currency: 'USD' })).status).toBe(409);
  });

  it.each([
    [7, undefined, 'body'],
    [{ ...euro, amountInCents: -1 }, undefined, 'amountInCents'],
    [{ ...euro, amountInCents: '1' }, undefined, 'amountInCents'],
    [{ ...euro, currency: 'eur' }, undefined, 'currency'],
    [euro, 'no spaces', 'Idempotency-Key'],
  ])('refuses %j with the key %j', async (body, key, reason) => {
    const answer = await post(body, key);
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(reason)]);
  });

  it('refuses a charge without a key', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(euro), headers });
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('Idempotency-Key')]);
  });

  it('does not know every charge, and forgets the oldest', async () => {
    expect((await fetch(`${url}/7`)).status).toBe(404);
    const { id } = (await (await post(euro, 'a')).json()) as { id: string };
    await post(euro, 'b');
    await post(euro, 'c');
    expect((await fetch(`${url}/${id}`)).status).toBe(404);
    expect((await post(euro, 'a')).status).toBe(201);
  });
});
