import type { DeliveryMetrics } from '../../../../model/observe/delivery-metrics.ts';
import type { MetricFamily, MetricSample } from '../../../../model/observe/open-metrics.ts';
import type { EnvironmentMetrics } from '../../../../use-cases/observe/metrics.ts';

/** A value that each scope has, or has not when nobody knows it. */
interface Figure extends Omit<MetricFamily, 'name' | 'type' | 'samples'> {
  /** Behind `poc_service_` or `poc_environment_`. */
  readonly name: string;
  readonly valueOf: (metrics: DeliveryMetrics) => number | undefined;
}

/** Gauges, all of them: a period moves on, so that what is counted in it goes up and down. */
const figures: readonly Figure[] = [
  {
    name: 'deployments_per_day',
    help: 'Deployed changes per day of the period.',
    valueOf: ({ deploymentsPerDay }) => deploymentsPerDay,
  },
  {
    name: 'lead_time_median_seconds',
    unit: 'seconds',
    help: 'Median time from a commit to the end of its first deployment.',
    valueOf: ({ leadTime }) => leadTime.median,
  },
  {
    name: 'lead_time_p90_seconds',
    unit: 'seconds',
    help: '90th percentile of the time from a commit to the end of its first deployment.',
    valueOf: ({ leadTime }) => leadTime.p90,
  },
  {
    name: 'change_failure_ratio',
    unit: 'ratio',
    help: 'Share of the changes that failed or were rolled back.',
    valueOf: ({ changeFailureRate }) => changeFailureRate,
  },
  {
    name: 'time_to_restore_median_seconds',
    unit: 'seconds',
    help: 'Median time from the end of a failed change to the end of the next successful deployment.',
    valueOf: ({ timeToRestore }) => timeToRestore.median,
  },
  {
    name: 'unrestored_changes',
    help: 'Failed changes that no successful deployment has followed.',
    valueOf: ({ timeToRestore }) => timeToRestore.open,
  },
  {
    name: 'period_complete',
    help: '1 when the records reach back over the whole period, otherwise 0.',
    valueOf: ({ complete }) => Number(complete),
  },
];

/** Returns the metrics of environments. For one that does not answer, only that. */
export function metricFamilies(found: EnvironmentMetrics): MetricFamily[] {
  const { environment } = found;
  const reachable: MetricFamily = {
    name: 'poc_environment_reachable',
    type: 'gauge',
    help: '1 when the records of the environment could be read, otherwise 0.',
    samples: [{ labels: { environment }, value: Number(found.state === 'read') }],
  };
  if (found.state === 'unreachable') return [reachable];
  const services = found.services.map((metrics) => ({ labels: { environment, service: metrics.service }, metrics }));
  return [
    reachable,
    {
      name: 'poc_service_deployments',
      type: 'counter',
      help: 'Deployments ever started, of all kinds.',
      samples: services.map(({ labels, metrics }) => ({ labels, value: metrics.deployments })),
    },
    ...familiesOf('poc_service', services),
    ...familiesOf('poc_environment', [{ labels: { environment }, metrics: found.all }]),
  ];
}

/** Two names for one figure, because a median of all is not what comes of adding the services' up. */
function familiesOf(
  prefix: string,
  scopes: readonly { readonly labels: MetricSample['labels']; readonly metrics: DeliveryMetrics }[],
): MetricFamily[] {
  const gauges = figures.map(({ name, valueOf, ...rest }): MetricFamily => {
    const samples = scopes.map(({ labels, metrics }) => ({ labels, value: valueOf(metrics) }));
    return { ...rest, name: `${prefix}_${name}`, type: 'gauge', samples: samples.filter(isKnown) };
  });
  const verdicts: MetricFamily = {
    name: `${prefix}_changes`,
    type: 'gauge',
    help: 'Changes of the period by verdict.',
    samples: scopes.flatMap(({ labels, metrics }) =>
      Object.entries(metrics.changes).map(([verdict, value]) => ({ labels: { ...labels, verdict }, value })),
    ),
  };
  return [...gauges, verdicts];
}

function isKnown(sample: { labels: MetricSample['labels']; value: number | undefined }): sample is MetricSample {
  return sample.value !== undefined;
}
