import type { MetricCheck, PrometheusSettings } from '../environment/environment.ts';
import { didYouMean } from '../text/did-you-mean.ts';

/** A figure that a canary is judged by. */
export interface MetricLimits {
  readonly name: string;
  /** In PromQL, with placeholders. */
  readonly query: string;
  readonly max?: number;
  readonly min?: number;
  /** Lets it be over `max` where what serves is: by up to so many times. */
  readonly timesStable?: number;
}

/** The values of the placeholders of queries. */
export interface QueryValues {
  readonly SERVICE: string;
  readonly NAMESPACE: string;
  readonly ENVIRONMENT: string;
  readonly BUILD_NUMBER: string;
  /** Regular expression of the names of the build's pods. */
  readonly PODS: string;
  /** How far it is looked back: `60s`. */
  readonly WINDOW: string;
}

const placeholders = ['SERVICE', 'NAMESPACE', 'ENVIRONMENT', 'BUILD_NUMBER', 'PODS', 'WINDOW'];

/** Requests that a canary must have answered in each share, where its environment does not say otherwise. */
const usualRequests = 20;

const own = 'namespace="${NAMESPACE}",pod=~"${PODS}",build_number="${BUILD_NUMBER}"';
const histogram = 'http_server_request_duration_seconds';

/**
 * Returns how much each counter has grown in the window. `increase` counts nothing of a series before its second sample, and
 * a canary's are new: here one that was not there has grown from 0, as one that was set back has.
 */
function growth(metric: string, labels = own): string {
  const series = `${metric}{${labels}}`;
  return `(${series} - ${series} offset \${WINDOW}) >= 0 or ${series}`;
}

/** How many requests a build has answered. */
export const requestsQuery = `sum(${growth(`${histogram}_count`)})`;

/** The checks where an environment lists none, and of those that it lists by these names. */
const usualChecks: readonly MetricLimits[] = [
  {
    name: 'errors',
    query: `(sum(${growth(`${histogram}_count`, `${own},http_response_status_code=~"5.."`)}) or vector(0)) / ${requestsQuery}`,
    max: 0.01,
    timesStable: 1.5,
  },
  {
    name: 'latency',
    query: `histogram_quantile(0.95, sum by (le) (${growth(`${histogram}_bucket`)}))`,
    max: 0.5,
    timesStable: 2,
  },
];

/** Returns what canaries of an environment are judged by. */
export function metricChecks({ checks }: PrometheusSettings): readonly MetricLimits[] {
  return checks ? checks.map(withDefaults) : usualChecks;
}

/** Returns how many requests a canary must have answered in each share, so that it can be judged. */
export function leastRequests({ requests }: PrometheusSettings): number {
  return requests ?? usualRequests;
}

/** A usual check keeps its query, and its limits where it is given none. */
function withDefaults(check: MetricCheck): MetricLimits {
  const usual = usualChecks.find(({ name }) => name === check.name);
  const { query = usual?.query ?? '', ...rest } = check;
  const isLimited = rest.max !== undefined || rest.min !== undefined;
  const { max, timesStable } = usual ?? {};
  const limits = check.query !== undefined || isLimited || max === undefined ? {} : { max, timesStable };
  return { ...limits, ...rest, query } as MetricLimits;
}

/** Returns what is wrong with the checks of an environment beyond its schema, as a sentence. */
export function metricMistake({ url, tokenVariable, checks = [] }: PrometheusSettings): string | undefined {
  const where = 'canary.prometheus';
  // A token is shown to nobody who could be somebody else.
  if (tokenVariable !== undefined && !/^(https:|http:\/\/(127\.|localhost[:/]|localhost$|\[::1\]))/.test(url))
    return `${where}: with "tokenVariable", the url must begin with "https://".`;
  for (const [index, { name, query, max, min }] of checks.entries()) {
    if (checks.findIndex((each) => each.name === name) !== index)
      return `${where}.checks: there are two checks "${name}".`;
    const usual = usualChecks.find((each) => each.name === name);
    if (query === undefined && !usual)
      return `${where}.checks: the check "${name}" needs the key "query": only ${usualChecks.map((each) => each.name).join(' and ')} have one of their own.`;
    if (max === undefined && min === undefined && (query !== undefined || !usual))
      return `${where}.checks: the check "${name}" needs the key "max" or "min".`;
    const [, unknown] =
      [...(query ?? '').matchAll(/\$\{(.*?)\}/g)].find(([, each]) => !placeholders.includes(each!)) ?? [];
    if (unknown !== undefined)
      return `${where}.checks: there is no placeholder "\${${unknown}}". ${didYouMean(unknown, placeholders) || `They are ${placeholders.join(', ')}.`}`;
  }
  return undefined;
}

/** Puts values in the place of a query's placeholders. */
export function fillQuery(query: string, values: QueryValues): string {
  return query.replaceAll(/\$\{([A-Z_]+)\}/g, (_, name: keyof QueryValues) => values[name]);
}

/** The result of comparing a figure with its limits. */
export interface Judgement {
  readonly isGood: boolean;
  /** `errors 0.052`, with the limit that it breaks. */
  readonly text: string;
}

/** Reports whether a figure is over its `max`, so that what serves has to be asked for the same. */
export function needsStable(check: MetricLimits, value: number): boolean {
  return check.timesStable !== undefined && check.max !== undefined && value > check.max;
}

/**
 * Compares a canary's figure with its limits.
 * @param stable the same of the build that serves; undefined where it has none, or that makes no difference.
 */
export function judgeFigure(
  { name, max, min, timesStable }: MetricLimits,
  value: number,
  stable?: { readonly buildNumber: string; readonly value: number },
): Judgement {
  const text = `${name} ${describeFigure(value)}`;
  if (min !== undefined && value < min) return { isGood: false, text: `${text}, below its limit ${min}` };
  if (max === undefined || value <= max) return { isGood: true, text };
  if (timesStable === undefined || !stable) return { isGood: false, text: `${text}, over its limit ${max}` };
  const allowed = stable.value * timesStable;
  const compared = `${timesStable} times the ${describeFigure(stable.value)} of ${stable.buildNumber}`;
  if (value <= allowed) return { isGood: true, text: `${text} (up to ${compared})` };
  return { isGood: false, text: `${text}, over its limit ${max} and over ${compared}` };
}

function describeFigure(value: number): string {
  return Number.isFinite(value) ? `${Number(value.toPrecision(3))}` : value > 0 ? 'infinite' : 'minus infinite';
}
