import { reasonOf } from '../../output/unreachable-lines.ts';
import type { DeliveryMetrics } from '../../../../model/observe/delivery-metrics.ts';
import { describeDuration } from '../../../../model/text/duration.ts';
import { formatTimestamp } from '../../../../model/text/timestamp.ts';
import { textTable } from '../../../../model/text/text-table.ts';
import type { EnvironmentMetrics, ServiceMetrics } from '../../../../use-cases/observe/metrics.ts';

const header = [
  'SERVICE',
  'DEPLOYMENTS',
  'PER DAY',
  'COMMITS',
  'LEAD TIME',
  'P90',
  'FAILED',
  'FAILURE RATE',
  'TIME TO RESTORE',
  'ENDED UNKNOWN',
];

/** Returns figures for people: a line for each service, one for all, and below it what is not known. */
export function metricsTable(found: EnvironmentMetrics, columns: number | undefined): string[] {
  if (found.state === 'unreachable') return [`${found.environment}: ${reasonOf(found)}`];
  const { environment, since, until, services, all } = found;
  return [
    `${environment}, ${formatTimestamp(since)} to ${formatTimestamp(until)}`,
    ...textTable([header, ...services.map((each) => row(each.service, each)), row('all', all)], columns),
    ...services.flatMap(notes),
  ];
}

function row(name: string, metrics: DeliveryMetrics): string[] {
  const { changes, deploymentsPerDay, leadTime, changeFailureRate, timeToRestore } = metrics;
  return [
    metrics.complete ? name : `${name} *`,
    String(changes.succeeded + changes['rolled-back']),
    deploymentsPerDay === undefined ? '-' : deploymentsPerDay.toFixed(2),
    String(leadTime.commits),
    duration(leadTime.median),
    duration(leadTime.p90),
    String(changes.failed + changes['rolled-back']),
    changeFailureRate === undefined ? '-' : `${Math.round(changeFailureRate * 100)} %`,
    duration(timeToRestore.median),
    String(changes.cancelled + changes.abandoned),
  ];
}

function duration(seconds: number | undefined): string {
  return seconds === undefined ? '-' : describeDuration(seconds * 1000);
}

function notes({ service, complete, oldestKept, leadTime, commitsUnknown, timeToRestore }: ServiceMetrics): string[] {
  return [
    ...(complete
      ? []
      : [
          `* ${service}: only what ended after ${oldestKept === undefined ? 'now' : formatTimestamp(oldestKept)} is known; older records are not kept`,
        ]),
    ...(leadTime.unknownChanges === 0
      ? []
      : [`${service}: the commits of ${leadTime.unknownChanges} changes are not known: ${commitsUnknown}`]),
    ...(timeToRestore.open === 0 ? [] : [`${service}: ${timeToRestore.open} failed changes are not restored yet`]),
  ];
}
