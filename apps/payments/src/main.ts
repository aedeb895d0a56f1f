import { runService } from '@poc/service-host';
import description from '../openapi.yaml';
import { chargeOperations } from './charge-operations.ts';
import { Ledger } from './ledger.ts';

void runService({ name: 'payments', description, operations: chargeOperations(new Ledger()) });
