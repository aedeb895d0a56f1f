import { runService } from '@poc/service-host';
import description from '../openapi.yaml';
import { OrderBook } from './order-book.ts';
import { orderOperations } from './order-operations.ts';
import { PaymentsClient } from './payments-client.ts';

const payments = new PaymentsClient(process.env['PAYMENTS_URL'] ?? 'http://localhost:8081');

void runService({ name: 'orders', description, operations: orderOperations(new OrderBook(), payments) });
