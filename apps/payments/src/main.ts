import { createLog, runService } from '@poc/service-host';
import description from '../openapi.yaml';
import { chargeOperations } from './charge-operations.ts';
import { InMemoryLedger } from './in-memory-ledger.ts';
import type { Ledger } from './ledger.ts';
import { PostgresLedger } from './postgres-ledger.ts';

void runService({ name: 'payments', description, operations: chargeOperations(openLedger()) });

/** The database at DATABASE_URL, or memory where there is none. */
function openLedger(): Ledger {
  const url = process.env['DATABASE_URL'];
  const log = createLog('payments');
  if (url) return new PostgresLedger(url, (error) => log.warn({ error }, 'a connection to the database ended'));
  log.warn('DATABASE_URL is not set: charges are kept in memory, and lost with this process');
  return new InMemoryLedger();
}
