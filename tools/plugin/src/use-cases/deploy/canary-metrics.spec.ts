import { startCanaryScenario, type CanaryScenario } from '../../../../twins/src/canary-scenario.ts';
import type { MetricCheck, PrometheusSettings } from '../../model/environment/environment.ts';
import type { MetricAnswer } from '../../ports/metrics-server.ts';
import { statusGrid } from '../../nx/executors/output/describe-status.ts';
import { plainTerminal } from '../../nx/executors/output/terminal.ts';
import { status } from '../observe/status.ts';
import { deploy } from './deploy.ts';
import { settleCanary } from './settle-canary.ts';

const ada = { person: 'ada', run: 'ada@laptop' };
const url = 'https://prometheus.example';
const second = '20261124-2';

/** What is known of a build. */
interface Figures {
  readonly requests?: number;
  readonly errors?: number;
  readonly latency?: number;
}

const number = (value: number | undefined): MetricAnswer =>
  value === undefined ? { state: 'none' } : { state: 'value', value };

/** Answers the usual queries by what is known of the build that they ask for. */
function known(figuresOf: (build: 'canary' | 'stable') => Figures) {
  return (query: string): MetricAnswer => {
    const figures = figuresOf(query.includes('build_number="20261124-2"') ? 'canary' : 'stable');
    if (query.includes('histogram_quantile')) return number(figures.latency);
    return number(query.includes('5..') ? figures.errors : figures.requests);
  };
}

const good: Figures = { requests: 100, errors: 0, latency: 0.02 };

function asCanary(
  { scenario, next }: CanaryScenario,
  settings: Partial<PrometheusSettings> = {},
  pauseMs = 20_000,
  hasPrometheus = true,
) {
  const environment = {
    ...scenario.environments.find(({ name }) => name === 'preprod')!,
    ...(hasPrometheus && { canary: { prometheus: { url, ...settings } } }),
  };
  const facts = { environmentNames: [], actor: ada, allowDowntime: false, adopt: false };
  const target = { ...facts, service: scenario.service, release: next, environment };
  const canary = { steps: [10], pauseMs };
  return deploy(
    target,
    { force: false, mainBranch: 'main', approvedBy: undefined, timeoutMs: 1000, canary },
    scenario.ports,
    scenario.reporter,
  );
}

const newest = async ({ cluster }: CanaryScenario) => (await cluster.records('orders'))[0]!;
const sharesOf = ({ scenario }: CanaryScenario) => scenario.prober.asked.length;

describe('a canary that Prometheus judges, too', () => {
  it('is promoted with good figures, which are told', async () => {
    const begun = await startCanaryScenario();
    const { metrics, lines } = begun.scenario;
    metrics.answers = known(() => good);
    expect(await asCanary(begun)).toMatchObject({ state: 'deployed', record: { outcome: 'succeeded' } });
    expect(lines).toContain(
      'preprod: canary 20261124-2: gets 10% of the requests, for 20 s, judged by Prometheus, too (errors, latency)',
    );
    expect(lines).toContain('preprod: canary 20261124-2: Prometheus has 100 requests, errors 0, latency 0.02');
    // In the plan twice, before and with the lock, then after 10 s and 20 s: requests, errors, latency.
    expect(metrics.asked).toHaveLength(4 * 3);
    expect(metrics.asked[0]).toContain('namespace="preprod",pod=~"orders-canary-[a-z0-9]+-[a-z0-9]+"');
    expect(metrics.asked[0]).toContain('offset 60s');
    expect(metrics.asked.at(-1)).toContain('offset 20s');
  });

  it.each([
    [true, 'canary 20261124-2 is judged by requests, and by Prometheus (errors, latency)'],
    [false, 'canary 20261124-2 is judged by requests through the gateway alone'],
  ])('shows by what it is judged (Prometheus: %s)', async (hasPrometheus, line) => {
    const begun = await startCanaryScenario();
    const { scenario } = begun;
    let shown: Promise<readonly string[]> | undefined;
    const look = async () => {
      const { environments, services } = scenario;
      const found = await status({ environments, services, branch: 'main' }, scenario.ports);
      return statusGrid(found, { terminal: plainTerminal, now: scenario.now });
    };
    const { push } = scenario.lines;
    scenario.lines.push = (...texts) => {
      if (texts.some((text) => text.includes('gets 10% of the requests'))) shown = look();
      return push.apply(scenario.lines, texts);
    };
    scenario.metrics.answers = known(() => good);
    await asCanary(begun, {}, 20_000, hasPrometheus);
    expect(await shown).toContain(`orders in preprod: ${line}`);
    expect((await look()).join('\n')).not.toContain('is judged by');
  });

  it.each<[string, Figures, Figures, string]>([
    [
      'errors',
      { ...good, errors: 0.052 },
      good,
      'errors 0.052, over its limit 0.01 and over 1.5 times the 0 of 20261124-1',
    ],
    ['errors where nothing else serves', { ...good, errors: 0.052 }, {}, 'errors 0.052, over its limit 0.01'],
    [
      'slow answers',
      { ...good, latency: 2 },
      { ...good, latency: 0.9 },
      'latency 2, over its limit 0.5 and over 2 times the 0.9 of 20261124-1',
    ],
  ])('is aborted by itself for %s', async (_, canary, stable, reason) => {
    const begun = await startCanaryScenario();
    begun.scenario.metrics.answers = known((build) => (build === 'canary' ? canary : stable));
    await expect(asCanary(begun)).rejects.toMatchObject({
      exitCode: 1,
      facts: {
        reason: `With 10% of the requests, Prometheus has ${reason}.`,
        remedy: expect.stringContaining('The canary was removed; what served before serves all requests.') as string,
      },
    });
    expect(await newest(begun)).toMatchObject({ outcome: 'failed', canaryProgress: { phase: 'ended' } });
  });

  it('is good where what serves is no better', async () => {
    const begun = await startCanaryScenario();
    begun.scenario.metrics.answers = known(() => ({ requests: 100, errors: 0.3, latency: 4 }));
    expect(await asCanary(begun)).toMatchObject({ state: 'deployed' });
    expect(begun.scenario.lines.join()).toContain('errors 0.3 (up to 1.5 times the 0.3 of 20261124-1)');
  });

  it('is aborted before its time, once there are enough requests', async () => {
    const begun = await startCanaryScenario();
    const { metrics } = begun.scenario;
    let asked = 0;
    metrics.answers = known((build) => (build === 'canary' ? { requests: asked++ < 9 ? 3 : 30, errors: 0.5 } : good));
    await expect(asCanary(begun, {}, 3_600_000)).rejects.toMatchObject({
      facts: { reason: expect.stringContaining('errors 0.5, over its limit') as string },
    });
    // An hour would be 1800 slices, each asked by two probes.
    expect(sharesOf(begun)).toBeLessThan(60);
  });

  it.each<[string, MetricAnswer, string]>([
    [
      'too few requests',
      { state: 'value', value: 3 },
      'it has counted 3 requests, and 20 are needed (`canary.prometheus.requests`)',
    ],
    ['no request', { state: 'none' }, 'it has counted 0 requests, and 20 are needed (`canary.prometheus.requests`)'],
    ['no answer', { state: 'unanswered', reason: 'it answers 503' }, 'it answers 503'],
    ['a token that has expired', { state: 'refused', reason: 'it answers 401' }, 'it answers 401'],
  ])('waits for figures, and is not promoted without them: %s', async (_, answer, reason) => {
    const begun = await startCanaryScenario();
    const { metrics, lines } = begun.scenario;
    // In the plan it answered.
    metrics.answers = () => (metrics.asked.length > 6 ? answer : { state: 'none' });
    await expect(asCanary(begun, {}, 2000)).rejects.toMatchObject({
      exitCode: 1,
      facts: {
        reason: `With 10% of the requests, Prometheus could not judge it, also 2 min later: ${reason}.`,
      },
    });
    expect(lines.filter((line) => line.includes('waits for Prometheus'))).toEqual([
      `preprod: canary 20261124-2: waits for Prometheus to judge it, for 2 min at most: ${reason}`,
    ]);
    // After each slice of two seconds, for two minutes, and that of its own time.
    expect(metrics.asked).toHaveLength(6 + 61);
    expect(await newest(begun)).toMatchObject({ outcome: 'failed', canaryProgress: { phase: 'ended' } });
  });

  it('waits no longer for a server whose answers never come', async () => {
    const begun = await startCanaryScenario();
    const { scenario } = begun;
    scenario.metrics.answers = () => {
      if (scenario.metrics.asked.length <= 6) return { state: 'none' };
      scenario.now = new Date(scenario.now.getTime() + 5000);
      return { state: 'unanswered', reason: 'no answer within 5 s' };
    };
    await expect(asCanary(begun, {}, 2000)).rejects.toMatchObject({
      facts: { reason: expect.stringContaining('also 2 min later: no answer within 5 s') as string },
    });
    expect(scenario.metrics.asked).toHaveLength(6 + 120 / 5);
  });

  it('is promoted with figures that come late', async () => {
    const begun = await startCanaryScenario();
    const { metrics } = begun.scenario;
    const answers = known(() => good);
    metrics.answers = (query) => (metrics.asked.length > 20 ? answers(query) : { state: 'none' });
    expect(await asCanary(begun, {}, 2000)).toMatchObject({ state: 'deployed' });
  });

  it('is good without figures only where the environment says so', async () => {
    const begun = await startCanaryScenario();
    expect(await asCanary(begun, { requests: 0 })).toMatchObject({ state: 'deployed' });
    expect(begun.scenario.lines).toContain(
      'preprod: canary 20261124-2: Prometheus has errors without a figure, latency without a figure',
    );
  });

  it('is judged by checks of the environment instead', async () => {
    const begun = await startCanaryScenario();
    const { metrics } = begun.scenario;
    const checks: MetricCheck[] = [
      {
        name: 'orders-a-second',
        query: 'sum(rate(orders_total{build="${BUILD_NUMBER}",in="${ENVIRONMENT}"}[${WINDOW}]))',
        min: 1,
      },
    ];
    metrics.answers = (query) => number(query.startsWith('sum(rate(orders_total') ? 0.4 : 100);
    await expect(asCanary(begun, { checks })).rejects.toMatchObject({
      facts: { reason: 'With 10% of the requests, Prometheus has orders-a-second 0.4, below its limit 1.' },
    });
    expect(metrics.asked).toContain('sum(rate(orders_total{build="20261124-2",in="preprod"}[10s]))');
  });

  it.each<[string, MetricAnswer, string]>([
    ['cannot be reached', { state: 'unanswered', reason: 'ECONNREFUSED' }, 'requests: ECONNREFUSED.'],
    [
      'refuses the query',
      { state: 'refused', reason: 'it answers: parse error' },
      'requests: it answers: parse error.',
    ],
  ])('is refused before anything when Prometheus %s', async (_, answer, reason) => {
    const begun = await startCanaryScenario();
    begun.scenario.metrics.answers = () => answer;
    await expect(asCanary(begun)).rejects.toMatchObject({
      exitCode: 2,
      facts: {
        type: 'canary-without-metrics',
        reason: `Prometheus at ${url} cannot be asked for ${reason}`,
        remedy: expect.stringContaining('Infrastructure/environments/preprod.yaml') as string,
      },
    });
    expect(await newest(begun)).toMatchObject({ sequence: 1, outcome: 'succeeded' });
  });

  it('is promoted without figures by somebody who wants that', async () => {
    const begun = await startCanaryScenario();
    const { scenario, cluster } = begun;
    const { metrics } = scenario;
    metrics.answers = known(() => ({ ...good, requests: 0 }));
    let settled: Promise<unknown> | undefined;
    cluster.before = (call) => {
      if (call !== 'noteCanary serving 10' || settled) return;
      const environment = scenario.environments.find(({ name }) => name === 'preprod')!;
      const request = { service: scenario.service, environment, goal: 'promote', actor: ada } as const;
      settled = settleCanary(request, { timeoutMs: 10_000 }, scenario.ports, scenario.reporter);
    };
    expect(await asCanary(begun)).toMatchObject({ state: 'deployed', record: { outcome: 'succeeded' } });
    await settled;
    expect(`${(await newest(begun)).release.buildNumber}`).toBe(second);
  });
});
