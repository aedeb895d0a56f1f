import type { ProbeResult } from './deployment-record.ts';

/** One request of a probe. */
export interface ProbeAnswer {
  /** Milliseconds until the answer, or until it was given up. */
  readonly took: number;
  /** Why it counts as failed. */
  readonly failure?: string;
}

/** Sums up the answers to a probe. @param answers in the order in which they came. */
export function probeResultOf(answers: readonly ProbeAnswer[]): ProbeResult {
  const failures = answers.flatMap(({ failure }) => failure ?? []);
  const times = answers.map(({ took }) => took).sort((a, b) => a - b);
  const p99 = times[Math.max(0, Math.ceil(times.length * 0.99) - 1)] ?? 0;
  const [firstFailure] = failures;
  return {
    requests: answers.length,
    failed: failures.length,
    p99: Math.round(p99 * 10) / 10,
    ...(firstFailure === undefined ? {} : { firstFailure }),
  };
}

/** `0 of 412 failed, p99 8 ms`. */
export function describeProbe({ requests, failed, p99, firstFailure }: ProbeResult): string {
  const first = firstFailure === undefined ? '' : ` (the first: ${firstFailure})`;
  return `${failed} of ${requests} failed${first}, p99 ${Math.round(p99)} ms`;
}

/** `54 of 64 requests failed`; undefined where none did, or none were sent. */
export function describeLostRequests(probe: ProbeResult | undefined): string | undefined {
  return probe && probe.failed > 0 ? `${probe.failed} of ${probe.requests} requests failed` : undefined;
}
