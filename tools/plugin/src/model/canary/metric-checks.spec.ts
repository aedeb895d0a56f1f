import { fillQuery, judgeFigure, leastRequests, metricChecks, metricMistake, needsStable } from './metric-checks.ts';

const url = 'https://prometheus.example';

describe('the checks of an environment', () => {
  it('are errors and latency where it lists none, after 20 requests', () => {
    expect(metricChecks({ url })).toMatchObject([
      { name: 'errors', max: 0.01, timesStable: 1.5 },
      { name: 'latency', max: 0.5, timesStable: 2 },
    ]);
    expect(leastRequests({ url })).toBe(20);
    expect(leastRequests({ url, requests: 0 })).toBe(0);
  });

  it('keep the query of a usual one, and its limits where none is given', () => {
    const [errors, latency] = metricChecks({ url });
    const checks = [{ name: 'errors', max: 0.1 }, { name: 'latency' }, { name: 'mine', query: 'x', min: 3 }];
    expect(metricChecks({ url, checks })).toEqual([
      { name: 'errors', query: errors!.query, max: 0.1 },
      latency,
      { name: 'mine', query: 'x', min: 3 },
    ]);
    expect(metricChecks({ url, checks: [{ name: 'errors', query: 'x', max: 3 }] })).toEqual([
      { name: 'errors', query: 'x', max: 3 },
    ]);
  });

  it.each([
    [{ url }, undefined],
    [{ url, tokenVariable: 'TOKEN' }, undefined],
    [{ url: 'http://127.0.0.1:9090', tokenVariable: 'TOKEN' }, undefined],
    [{ url: 'http://localhost', tokenVariable: 'TOKEN' }, undefined],
    [{ url: 'http://localhost.example', tokenVariable: 'TOKEN' }, /must begin with "https:\/\/"/],
    [{ url: 'http://prometheus:9090', tokenVariable: 'TOKEN' }, /must begin with "https:\/\/"/],
    [{ url, checks: [{ name: 'errors' }, { name: 'errors' }] }, /two checks "errors"/],
    [{ url, checks: [{ name: 'erors', max: 1 }] }, /"erors" needs the key "query": only errors and latency/],
    [{ url, checks: [{ name: 'mine', query: 'x' }] }, /"mine" needs the key "max" or "min"/],
    [{ url, checks: [{ name: 'errors', query: 'x' }] }, /"errors" needs the key "max" or "min"/],
    [{ url, checks: [{ name: 'mine', query: 'x{a="${WINDOWS}"}', max: 1 }] }, /no placeholder "\$\{WINDOWS\}".*WINDOW/],
    [{ url, checks: [{ name: 'mine', query: 'x{a=~".*$"}[${WINDOW}]', max: 1 }] }, undefined],
  ])('%j: %s', (settings, mistake) => {
    if (mistake === undefined) expect(metricMistake(settings)).toBeUndefined();
    else expect(metricMistake(settings)).toMatch(mistake);
  });
});

it('fills placeholders in, each as often as it is there', () => {
  const values = {
    ...{ SERVICE: 'orders', NAMESPACE: 'shop', ENVIRONMENT: 'prod', BUILD_NUMBER: '20261124-2' },
    ...{ PODS: 'orders-[a-z0-9]+', WINDOW: '60s' },
  };
  expect(fillQuery('a{n="${NAMESPACE}"}[${WINDOW}] / b{e="$1"}[${WINDOW}]', values)).toBe(
    'a{n="shop"}[60s] / b{e="$1"}[60s]',
  );
  for (const { query } of metricChecks({ url })) expect(fillQuery(query, values)).not.toContain('$');
});

describe('a figure', () => {
  const check = { name: 'errors', query: 'x', max: 0.01, timesStable: 2 };
  const stable = (value: number) => ({ buildNumber: '20261124-1', value });

  it.each([
    [0.01, undefined, true, 'errors 0.01'],
    [0.0523123, undefined, false, 'errors 0.0523, over its limit 0.01'],
    [0.05, 0.02, false, 'errors 0.05, over its limit 0.01 and over 2 times the 0.02 of 20261124-1'],
    [0.05, 0.03, true, 'errors 0.05 (up to 2 times the 0.03 of 20261124-1)'],
    [Infinity, 1, false, 'errors infinite, over its limit 0.01 and over 2 times the 1 of 20261124-1'],
  ])('of %d, where what serves has %s: good %s', (value, served, isGood, text) => {
    expect(judgeFigure(check, value, served === undefined ? undefined : stable(served))).toEqual({ isGood, text });
  });

  it('must be between both limits where there are both', () => {
    const both = { name: 'queue', query: 'x', min: 1, max: 3 };
    expect([0.5, 1, 3, 3.5].map((value) => judgeFigure(both, value).isGood)).toEqual([false, true, true, false]);
    expect(judgeFigure(both, 0.5).text).toBe('queue 0.5, below its limit 1');
  });

  it('is compared with what serves only where that makes a difference', () => {
    expect([0, 0.01, 0.02].map((value) => needsStable(check, value))).toEqual([false, false, true]);
    expect(needsStable({ name: 'errors', query: 'x', max: 1 }, 2)).toBe(false);
  });
});
