import {
  fillQuery,
  judgeFigure,
  leastRequests,
  metricChecks,
  needsStable,
  requestsQuery,
  type MetricLimits,
  type QueryValues,
} from '../../model/canary/metric-checks.ts';
import type { PrometheusSettings } from '../../model/environment/environment.ts';
import type { MetricAnswer, MetricsServer } from '../../ports/metrics-server.ts';

/** A build whose figures are asked for. */
export type MeasuredBuild = Omit<QueryValues, 'WINDOW'>;

/** The judgement of a canary by its figures. The reason is a clause. */
export type Verdict =
  | { readonly state: 'good'; readonly text: string }
  | { readonly state: 'bad'; readonly reason: string }
  /** There is no figure to judge by, yet. */
  | { readonly state: 'unknown'; readonly reason: string };

/** Judges a canary by what Prometheus knows of it, and of the release that serves. */
export class MetricsJudge {
  private readonly server: MetricsServer;
  private readonly canary: MeasuredBuild;
  private readonly stable: MeasuredBuild;
  private readonly checks: readonly MetricLimits[];
  private readonly requests: number;

  constructor(
    server: MetricsServer,
    settings: PrometheusSettings,
    { canary, stable }: { readonly canary: MeasuredBuild; readonly stable: MeasuredBuild },
  ) {
    this.server = server;
    this.canary = canary;
    this.stable = stable;
    this.checks = metricChecks(settings);
    this.requests = leastRequests(settings);
  }

  /** Of its figures: `errors`, `latency`. */
  get names(): readonly string[] {
    return this.checks.map(({ name }) => name);
  }

  /** Asks all queries once, though there is no canary yet. @returns why they are not answered, as a clause. */
  async findMistake(signal?: AbortSignal): Promise<string | undefined> {
    const ask = async ({ name, query }: Pick<MetricLimits, 'name' | 'query'>) => {
      const answer = await this.ask(query, this.canary, { windowMs: 60_000, signal });
      return 'reason' in answer ? `${name}: ${answer.reason}` : undefined;
    };
    // Where it does not answer one, it is not made to time out over the others.
    return (
      (await ask({ name: 'requests', query: requestsQuery })) ??
      (await Promise.all(this.checks.map(ask))).find((mistake) => mistake !== undefined)
    );
  }

  /** @param windowMs how far it looks back. */
  async judge(windowMs: number, signal?: AbortSignal): Promise<Verdict> {
    const asking = { windowMs, signal };
    const counted = this.requests === 0 ? undefined : await this.ask(requestsQuery, this.canary, asking);
    if (counted && 'reason' in counted) return { state: 'unknown', reason: counted.reason };
    const requests = counted?.state === 'value' ? Math.round(counted.value) : 0;
    if (requests < this.requests)
      return {
        state: 'unknown',
        reason: `it has counted ${requests} requests, and ${this.requests} are needed (\`canary.prometheus.requests\`)`,
      };
    const verdicts = await Promise.all(this.checks.map((check) => this.judgeBy(check, asking)));
    const worst = verdicts.find(({ state }) => state === 'bad') ?? verdicts.find(({ state }) => state === 'unknown');
    if (worst) return worst;
    const figures = verdicts.map((verdict) => (verdict.state === 'good' ? verdict.text : ''));
    return { state: 'good', text: [...(counted ? [`${requests} requests`] : []), ...figures].join(', ') };
  }

  private async judgeBy(check: MetricLimits, asking: Asking): Promise<Verdict> {
    const { name } = check;
    const answer = await this.ask(check.query, this.canary, asking);
    if ('reason' in answer) return { state: 'unknown', reason: `${name}: ${answer.reason}` };
    if (answer.state === 'none')
      return this.requests === 0
        ? { state: 'good', text: `${name} without a figure` }
        : { state: 'unknown', reason: `${name}: it has no figure` };
    const { value } = answer;
    const served = needsStable(check, value) ? await this.ask(check.query, this.stable, asking) : undefined;
    if (served && 'reason' in served) return { state: 'unknown', reason: `${name}: ${served.reason}` };
    const compared =
      served?.state === 'value' ? { buildNumber: this.stable.BUILD_NUMBER, value: served.value } : undefined;
    const { isGood, text } = judgeFigure(check, value, compared);
    return isGood ? { state: 'good', text } : { state: 'bad', reason: text };
  }

  private ask(query: string, build: MeasuredBuild, { windowMs, signal }: Asking): Promise<MetricAnswer> {
    const WINDOW = `${Math.max(1, Math.ceil(windowMs / 1000))}s`;
    return this.server.query(fillQuery(query, { ...build, WINDOW }), signal);
  }
}

interface Asking {
  readonly windowMs: number;
  readonly signal: AbortSignal | undefined;
}
