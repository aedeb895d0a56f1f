import { InMemoryMetrics } from '../../twins/src/in-memory-metrics.ts';
import { metricsServerContract } from './metrics-server-contract.ts';

describe('InMemoryMetrics', () => {
  metricsServerContract(async (answers) => {
    const server = new InMemoryMetrics();
    server.answers = (query) => answers.get(query) ?? { state: 'none' };
    const away = new InMemoryMetrics();
    away.answers = () => ({ state: 'unanswered', reason: 'ECONNREFUSED' });
    return { server, away };
  });
});
