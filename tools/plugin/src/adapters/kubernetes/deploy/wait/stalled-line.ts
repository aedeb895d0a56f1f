import { describeDuration } from '../../../../model/text/duration.ts';
import type { RolloutStatus } from './evaluate-rollout.ts';

/**
 * Returns a line for a rollout that makes no progress: `still 0 of 2 pods ready: Pod orders-1 … Gives up in 4m 50s.`
 * @param leftMs until its deadline.
 */
export function stalledLine(status: RolloutStatus, leftMs: number): string | undefined {
  if (status.state !== 'waiting') return undefined;
  const obstacle = status.obstacle === undefined ? '' : `: ${status.obstacle.replace(/\.$/, '')}`;
  return `still ${status.line}${obstacle}; gives up in ${describeDuration(Math.max(0, leftMs))}`;
}
