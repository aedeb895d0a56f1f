import { randomUUID } from 'node:crypto';
import { HttpProblem, type FastifyRequest, type Handlers } from '@poc/service-host';
import type { Charge, Ledger } from './ledger.ts';

interface CreateCharge {
  Headers: { 'idempotency-key': string };
  Body: Pick<Charge, 'amountInCents' | 'currency'>;
}

/** The operations of openapi.yaml, which validates what they are given. */
export function chargeOperations(ledger: Ledger): Handlers {
  return {
    createCharge: ({ headers, body }: FastifyRequest<CreateCharge>, reply) => {
      const { amountInCents, currency } = body;
      const key = headers['idempotency-key'];
      const known = ledger.findByKey(key);
      if (known && (known.amountInCents !== amountInCents || known.currency !== currency))
        throw new HttpProblem(409, 'key-taken', `The key ${key} was used for another charge.`);
      if (known) return known;
      const charge = { id: randomUUID(), key, amountInCents, currency };
      ledger.add(charge);
      // Relative: the gateway knows this path with /payments before it.
      return reply.code(201).header('location', `charges/${charge.id}`).send(charge);
    },

    getCharge: ({ params: { id } }: FastifyRequest<{ Params: { id: string } }>) => {
      const charge = ledger.find(id);
      if (charge) return charge;
      throw new HttpProblem(404, 'charge-not-found', `There is no charge ${id}.`);
    },
  };
}
