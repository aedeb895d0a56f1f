import type { Delivery, ShownChange } from '../../../model/dashboard/delivery.ts';
import type { DeliveryMetrics } from '../../../model/observe/delivery-metrics.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { parseDuration } from '../../../model/text/duration.ts';
import { figuresOf, measureEnvironment, type Measured } from '../../observe/metrics.ts';
import { namedEnvironment, type DetailContext } from './detail-context.ts';
import { withoutUndefined } from './shown-deployment.ts';

/**
 * Returns how changes are delivered to an environment.
 * @param asked its name, the last one when left away, and how far back: `30d`.
 * @throws {Refusal} when there is no such environment, or the time is none.
 */
export async function delivery(
  asked: { readonly environment: string | undefined; readonly since: string | undefined },
  { ports, services, ...context }: DetailContext,
): Promise<Delivery> {
  const environments = await context.environments();
  const last = environments.at(-1)?.name ?? '';
  const environment = namedEnvironment(environments, asked.environment ?? last);
  const period = readPeriod(asked.since ?? '30d');
  const found = await measureEnvironment({ environment, period, services }, ports);
  const about = { now: ports.clock().toISOString(), environments: environments.map(({ name }) => name) };
  if ('reason' in found) return { ...about, environment: environment.name, state: 'unreachable', ...found };
  const { services: figures, ...all } = figuresOf(environment.name, found);
  const failures = ({ changes }: DeliveryMetrics) => changes.failed + changes['rolled-back'];
  const shown = figures.map(({ oldestKept: _, deployments: __, commitsUnknown, ...each }) => ({
    ...each,
    ...(commitsUnknown === undefined ? {} : { commitsUnknown }),
  }));
  return {
    ...about,
    ...all,
    services: shown.sort((a, b) => failures(b) - failures(a)),
    changes: found.measured.flatMap(shownChanges).sort((a, b) => (a.finishedAt < b.finishedAt ? -1 : 1)),
  };
}

function shownChanges({ history: { service }, changes }: Measured): ShownChange[] {
  return changes.map(({ sequence, finishedAt, verdict, restoredAt, committedAt }) =>
    withoutUndefined({
      service,
      sequence,
      finishedAt: new Date(finishedAt).toISOString(),
      verdict,
      leadTimes: committedAt?.map((at) => secondsBetween(at, finishedAt)),
      restoredAfter: restoredAt === undefined ? undefined : secondsBetween(finishedAt, restoredAt),
    }),
  );
}

/** Clocks of two machines may differ: never less than none. */
function secondsBetween(from: number, to: number): number {
  return Math.max(0, to - from) / 1000;
}

function readPeriod(text: string): number {
  const period = parseDuration(text);
  if (period !== undefined && period > 0) return period;
  throw new Refusal({
    type: 'bad-option',
    doing: 'measure how changes are delivered',
    reason: `${JSON.stringify(text.slice(0, 80))} is no length of time.`,
    remedy: 'Give one such as 30d.',
  });
}
