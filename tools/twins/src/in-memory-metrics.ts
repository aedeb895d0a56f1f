import type { MetricAnswer, MetricsServer } from '../../plugin/src/ports/metrics-server.ts';

/** Twin of a server of metrics for tests: answers what it is told. */
export class InMemoryMetrics implements MetricsServer {
  /** Answers queries; knows nothing until a test says otherwise. */
  answers: (query: string) => MetricAnswer = () => ({ state: 'none' });
  readonly asked: string[] = [];

  async query(query: string, signal?: AbortSignal): Promise<MetricAnswer> {
    signal?.throwIfAborted();
    this.asked.push(query);
    return this.answers(query);
  }
}
