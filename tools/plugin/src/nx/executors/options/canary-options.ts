import { parseCanarySteps } from '../../../model/canary/canary-steps.ts';
import type { CanaryPlan } from '../../../model/deploy/deployment-record.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { describeDuration, parseDuration } from '../../../model/text/duration.ts';
import { badOption, type Option } from './option.ts';

/** How long each share of a canary is judged where the user does not say. */
const usualPause = '1m';
const [leastPauseMs, mostPauseMs] = [2000, 86_400_000];

/** `--canary=10%,50%`. */
const canary: Option<readonly number[] | undefined> = {
  kind: 'shares',
  type: 'string',
  value: 'SHARES',
  description: "Lead these shares of clients' requests to it first, one after the other: 10%,50%; 100% is blue-green",
  read(value, context) {
    if (value === undefined) return undefined;
    const isText = typeof value === 'string' || typeof value === 'number';
    const steps = isText ? parseCanarySteps(String(value)) : 'Expected shares of the requests: `--canary=10%,50%`.';
    if (typeof steps === 'string') throw badOption(context, value, steps);
    return steps;
  },
};

/** `--pause=5m`. */
const pause: Option<number | undefined> = {
  kind: 'period',
  type: 'string',
  value: 'PERIOD',
  description: `How long each share of \`--canary\` is judged: 30s, 5m (default: ${usualPause})`,
  read(value, context) {
    if (value === undefined) return undefined;
    const milliseconds = typeof value === 'string' ? parseDuration(value) : undefined;
    if (milliseconds !== undefined && milliseconds >= leastPauseMs && milliseconds <= mostPauseMs) return milliseconds;
    const bounds = [leastPauseMs, mostPauseMs].map((each) => describeDuration(each)).join(' to ');
    throw badOption(context, value, `Expected a time such as 30s or 5m, from ${bounds}.`);
  },
};

/** Those of the commands by which a release may come as a canary. */
export const canaryOptions = { canary, pause };

/** Returns how a release comes as a canary, if it does. @throws {Refusal} for a pause of nothing. */
export function canaryPlanOf(
  steps: readonly number[] | undefined,
  pauseMs: number | undefined,
  doing: string,
): CanaryPlan | undefined {
  if (steps) return { steps, pauseMs: pauseMs ?? parseDuration(usualPause)! };
  if (pauseMs === undefined) return undefined;
  throw new Refusal({
    type: 'bad-option',
    doing,
    reason: '--pause is given without --canary.',
    remedy: 'Give the shares, too: `--canary=10%,50%`.',
  });
}
