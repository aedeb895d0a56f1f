import { interruption } from '../../plugin/src/model/errors/interruption.ts';
import type { MetricAnswer, MetricsServer } from '../../plugin/src/ports/metrics-server.ts';

/** A server of metrics that answers, and one that is away. */
export interface MetricsServerScenario {
  readonly server: MetricsServer;
  readonly away: MetricsServer;
}

const reason = expect.any(String) as string;

/** Queries of PromQL, and what every server answers to them. */
export const metricCases: readonly (readonly [what: string, query: string, answer: MetricAnswer])[] = [
  ['a number', 'vector(0.25)', { state: 'value', value: 0.25 }],
  ['a number without labels', '1.5e3', { state: 'value', value: 1500 }],
  ['a number less than 0', 'vector(-2)', { state: 'value', value: -2 }],
  ['a part of nothing', 'vector(1) / vector(0)', { state: 'value', value: Infinity }],
  ['nothing of nothing', 'vector(0) / vector(0)', { state: 'none' }],
  ['a metric that nobody has', 'sum(nobody_has_this_metric)', { state: 'none' }],
  ['a comparison that does not hold', 'vector(1) > 2', { state: 'none' }],
  ['what does not parse', 'sum(', { state: 'refused', reason }],
  ['a function that is none', 'summe(up)', { state: 'refused', reason }],
  ['several numbers', 'vector(1) or label_replace(vector(2), "a", "b", "", "")', { state: 'refused', reason }],
  ['a text', '"text"', { state: 'refused', reason }],
  ['numbers over a time', 'up[1m]', { state: 'refused', reason }],
];

/** Declares the behaviour that every server of metrics must have. @param start is given what it must answer. */
export function metricsServerContract(
  start: (answers: ReadonlyMap<string, MetricAnswer>) => Promise<MetricsServerScenario>,
): void {
  const answers = new Map(metricCases.map(([, query, answer]) => [query, answer]));

  it.each(metricCases)('answers %s', async (_, query, answer) => {
    const { server } = await start(answers);
    expect(await server.query(query)).toEqual(answer);
  });

  it('tells that it is away', async () => {
    const { away } = await start(answers);
    expect(await away.query('1')).toEqual({ state: 'unanswered', reason });
  });

  it('is not asked when it is stopped', async () => {
    const { server } = await start(answers);
    const why = interruption('SIGTERM');
    await expect(server.query('1', AbortSignal.abort(why))).rejects.toBe(why);
  });
}
