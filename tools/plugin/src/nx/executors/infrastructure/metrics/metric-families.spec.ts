import { deliveryMetrics, type MeasuredChange } from '../../../../model/observe/delivery-metrics.ts';
import { openMetricsLines } from '../../../../model/observe/open-metrics.ts';
import type { EnvironmentMetrics } from '../../../../use-cases/observe/metrics.ts';
import { metricFamilies } from './metric-families.ts';
import { metricsTable } from './metrics-table.ts';

const day = 86_400_000;
const change = { commit: 'c', known: [], finishedAt: day, committedAt: [day - 60_000, day - 120_000] };
const changes: MeasuredChange[] = [
  { ...change, sequence: 21, verdict: 'succeeded' },
  { ...change, sequence: 22, verdict: 'failed', restoredAt: day + 30_000 },
  { ...change, sequence: 24, verdict: 'failed' },
  { ...change, sequence: 25, verdict: 'cancelled' },
  { ...change, sequence: 26, verdict: 'succeeded', committedAt: undefined },
];
const measured = [{ coverage: { from: day / 2, complete: false }, changes }];
const found: EnvironmentMetrics = {
  environment: 'prod',
  state: 'read',
  since: '1970-01-01T00:00:00.000Z',
  until: '1970-01-02T12:00:00.000Z',
  all: deliveryMetrics(measured, day * 1.5),
  services: [
    {
      service: 'orders',
      deployments: 26,
      oldestKept: '1970-01-01T12:00:00.000Z',
      commitsUnknown: 'It is gone.',
      ...deliveryMetrics(measured, day * 1.5),
    },
    {
      service: 'web',
      deployments: 1,
      oldestKept: undefined,
      commitsUnknown: undefined,
      ...deliveryMetrics([{ coverage: { from: 0, complete: true }, changes: [] }], day),
    },
  ],
};
const unreachable: EnvironmentMetrics = {
  environment: 'prod',
  state: 'unreachable',
  reason: 'It is down.',
  remedy: 'Start it.',
};

it('gives a monitoring system each figure that is known, once', () => {
  const families = metricFamilies(found);
  const names = families.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const lines = openMetricsLines(families);
  expect(lines).toEqual(
    expect.arrayContaining([
      'poc_environment_reachable{environment="prod"} 1',
      'poc_service_deployments_total{environment="prod",service="orders"} 26',
      'poc_service_deployments_per_day{environment="prod",service="orders"} 2',
      'poc_service_deployments_per_day{environment="prod",service="web"} 0',
      'poc_service_lead_time_median_seconds{environment="prod",service="orders"} 90',
      '# UNIT poc_service_lead_time_median_seconds seconds',
      'poc_service_lead_time_p90_seconds{environment="prod",service="orders"} 114',
      'poc_environment_change_failure_ratio{environment="prod"} 0.5',
      'poc_environment_time_to_restore_median_seconds{environment="prod"} 30',
      'poc_environment_unrestored_changes{environment="prod"} 1',
      'poc_service_period_complete{environment="prod",service="orders"} 0',
      'poc_environment_changes{environment="prod",verdict="cancelled"} 1',
    ]),
  );
  expect(lines.filter((line) => line.includes('service="web"') && line.includes('lead_time'))).toEqual([]);
  expect(lines.join('\n')).not.toContain('undefined');
});

it('gives it of an environment that does not answer only that', () => {
  expect(openMetricsLines(metricFamilies(unreachable)).filter((line) => !line.startsWith('#'))).toEqual([
    'poc_environment_reachable{environment="prod"} 0',
  ]);
});

it('shows people a line for each service, and what is not known', () => {
  const [, header, orders, web, all, ...notes] = metricsTable(found, undefined);
  const cells = (line = '') => line.split(/ {2,}/);
  expect(cells(header)).toHaveLength(10);
  expect(cells(orders)).toEqual(['orders *', '2', '2.00', '2', '1 min 30 s', '1 min 54 s', '2', '50 %', '30 s', '1']);
  expect(cells(web)).toEqual(['web', '0', '0.00', '0', '-', '-', '0', '-', '-', '0']);
  expect(cells(all)[0]).toBe('all *');
  expect(notes).toEqual([
    expect.stringMatching(
      /^\* orders: only what ended after 1970-01-0\d \d\d:\d\d \S+ is known; older records are not kept$/,
    ),
    'orders: the commits of 1 changes are not known: It is gone.',
    'orders: 1 failed changes are not restored yet',
  ]);
  expect(metricsTable(unreachable, undefined)).toEqual(['prod: It is down. Start it.']);
});
