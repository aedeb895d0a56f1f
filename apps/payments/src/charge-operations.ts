import { randomUUID } from 'node:crypto';
import { HttpProblem, type FastifyRequest, type Handlers } from '@poc/service-host';
import { LedgerUnavailable, type Charge, type Ledger } from './ledger.ts';

interface CreateCharge {
  Headers: { 'idempotency-key': string };
  Body: Pick<Charge, 'amountInCents' | 'currency'>;
}

/** The operations of openapi.yaml, which validates what they are given. */
export function chargeOperations(ledger: Ledger): Handlers {
  return {
    createCharge: async ({ headers, body, log }: FastifyRequest<CreateCharge>, reply) => {
      const { amountInCents, currency } = body;
      const key = headers['idempotency-key'];
      const charge = { id: randomUUID(), key, amountInCents, currency };
      const kept = await ledger.add(charge).catch((error: unknown) => explain(error, log));
      if (kept.amountInCents !== amountInCents || kept.currency !== currency)
        throw new HttpProblem(409, 'key-taken', `The key ${key} was used for another charge.`);
      if (kept.id !== charge.id) return kept;
      // Relative: the gateway knows this path with /payments before it.
      return reply.code(201).header('location', `charges/${charge.id}`).send(charge);
    },

    getCharge: async ({ params: { id }, log }: FastifyRequest<{ Params: { id: string } }>) => {
      const charge = await ledger.find(id).catch((error: unknown) => explain(error, log));
      if (charge) return charge;
      throw new HttpProblem(404, 'charge-not-found', `There is no charge ${id}.`);
    },
  };
}

/** @throws {HttpProblem} 503 for a ledger that may be back soon, and any other error as it is. */
function explain(error: unknown, log: FastifyRequest['log']): never {
  if (!(error instanceof LedgerUnavailable)) throw error;
  log.warn({ error: error.cause }, 'the database is away');
  const detail = 'The charges cannot be reached at the moment. Try again.';
  throw new HttpProblem(503, 'store-unavailable', detail, { 'retry-after': '5' });
}
