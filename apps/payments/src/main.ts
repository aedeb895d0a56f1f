import { runService } from '@poc/service-host';
import { chargeRoutes } from './charge-routes.ts';
import { Ledger } from './ledger.ts';

void runService({ name: 'payments', routes: chargeRoutes(new Ledger()) });
