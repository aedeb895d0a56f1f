import type { MetricAnswer } from '../../ports/metrics-server.ts';

/** The most that is shown of what a server says. */
const mostShown = 300;

/** The parts of an answer of `/api/v1/query` that are looked at. */
interface QueryBody {
  readonly status?: unknown;
  readonly error?: unknown;
  readonly data?: { readonly resultType?: unknown; readonly result?: unknown };
}

/**
 * Reads what Prometheus answered to a query for one number.
 * @param text its body; undefined when it was too long.
 */
export function answerOf(status: number, text: string | undefined): MetricAnswer {
  const body = text === undefined ? undefined : parse(text);
  if (status === 401 || status === 403) return refused(`it answers ${status}: it wants a token, or another one`);
  // 400: it does not parse. 422: it cannot be evaluated.
  if ((status === 400 || status === 422) && typeof body?.error === 'string')
    return refused(`it answers: ${shown(body.error)}`);
  if (status === 404 || status === 405 || (status >= 300 && status < 400))
    return refused(`it answers ${status}, as Prometheus does not at /api/v1/query: the url may be another one`);
  if (status !== 200) {
    const why = typeof body?.error === 'string' ? `: ${shown(body.error)}` : '';
    return { state: 'unanswered', reason: `it answers ${status}${why}` };
  }
  if (text === undefined) return refused('it answers more than one number takes');
  return numberOf(body) ?? { state: 'unanswered', reason: 'its answer is not one of Prometheus' };
}

function numberOf(body: QueryBody | undefined): MetricAnswer | undefined {
  const { resultType, result } = body?.data ?? {};
  if (body?.status !== 'success' || !Array.isArray(result)) return undefined;
  if (resultType === 'scalar') return sampleOf(result);
  if (resultType !== 'vector') return refused(`the query gives a ${String(resultType)}, and not one number`);
  if (result.length === 0) return { state: 'none' };
  if (result.length > 1)
    return refused(`the query gives ${result.length} numbers: put \`sum(…)\` or the like around it`);
  const [first] = result as readonly { readonly value?: unknown; readonly histogram?: unknown }[];
  if (first?.histogram !== undefined) return refused('the query gives a histogram, and not one number');
  return sampleOf(first?.value);
}

/** Reads `[1732449600.1, "0.25"]`. */
function sampleOf(sample: unknown): MetricAnswer | undefined {
  const [, text] = Array.isArray(sample) ? (sample as unknown[]) : [];
  if (typeof text !== 'string') return undefined;
  if (text === 'NaN') return { state: 'none' };
  const infinite = /^([+-]?)Inf$/.exec(text);
  if (infinite) return { state: 'value', value: infinite[1] === '-' ? -Infinity : Infinity };
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(value) ? undefined : { state: 'value', value };
}

function parse(text: string): QueryBody | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function refused(reason: string): MetricAnswer {
  return { state: 'refused', reason };
}

function shown(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, mostShown);
}
