import { runService } from '@poc/service-host';
import { OrderBook } from './order-book.ts';
import { orderRoutes } from './order-routes.ts';
import { PaymentsClient } from './payments-client.ts';

const payments = new PaymentsClient(process.env['PAYMENTS_URL'] ?? 'http://localhost:8081');

void runService({ name: 'orders', routes: orderRoutes(new OrderBook(), payments) });
