import { randomUUID } from 'node:crypto';
import { HttpProblem, type Route, type ServiceRequest } from '@poc/service-host';
import type { Charge, Ledger } from './ledger.ts';

/** The operations of openapi.yaml. */
export function chargeRoutes(ledger: Ledger): Route[] {
  return [
    {
      method: 'POST',
      path: '/charges',
      handle: async (request) => {
        const wanted = await parseCharge(request);
        const known = ledger.findByKey(wanted.key);
        if (known && (known.amountInCents !== wanted.amountInCents || known.currency !== wanted.currency))
          throw new HttpProblem(409, 'key-taken', `The key ${wanted.key} was used for another charge.`);
        if (known) return { status: 200, body: known };
        const charge = { id: randomUUID(), ...wanted };
        ledger.add(charge);
        return {
          status: 201,
          // Relative: the gateway knows this path with /payments before it.
          headers: { location: `charges/${charge.id}` },
          body: charge,
        };
      },
    },
    {
      method: 'GET',
      path: '/charges/{id}',
      handle: ({ parameters: { id = '' } }) => {
        const charge = ledger.find(id);
        if (charge) return { body: charge };
        throw new HttpProblem(404, 'charge-not-found', `There is no charge ${id}.`);
      },
    },
  ];
}

/** @throws {HttpProblem} 422 that names the field and what it must be. */
async function parseCharge(request: ServiceRequest): Promise<Omit<Charge, 'id'>> {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || !/^[\w-]{1,64}$/.test(key))
    throw invalid('The header "Idempotency-Key" must be 1 to 64 letters, digits, "-" or "_".');
  const body = await request.json();
  if (typeof body !== 'object' || body === null) throw invalid('The body must be an object.');
  const { amountInCents, currency } = body as Record<string, unknown>;
  if (typeof amountInCents !== 'number' || !Number.isSafeInteger(amountInCents) || amountInCents < 0)
    throw invalid('"amountInCents" must be a whole number, and not negative.');
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency))
    throw invalid('"currency" must be three capitals like "EUR".');
  return { key, amountInCents, currency };
}

function invalid(detail: string): HttpProblem {
  return new HttpProblem(422, 'invalid-charge', detail);
}
