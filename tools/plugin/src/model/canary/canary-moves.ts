/*
 * The order in which a canary comes, gets its shares, and goes. Each move is one write, or several that nobody can tell
 * apart, and may be repeated: a deployer that is killed between any two, or within one, leaves a state from which the next
 * one's moves reach the same end (docs/decisions/0026-canary.md).
 */

/** The end that a canary comes to: its release is rolled out, or it is taken away without that. */
export type CanaryGoal = 'promoted' | 'aborted';

/** One step on the way of a canary. */
export type CanaryMove =
  /** Its pods and Services, ready. */
  | { readonly do: 'bring' }
  /** Its way through the gateway, for requests with its header and for a share of the others; proved by such requests. */
  | { readonly do: 'open'; readonly weight: number }
  /** Another share, which is judged. */
  | { readonly do: 'weigh'; readonly weight: number }
  /** The release, in the place of the one before. */
  | { readonly do: 'roll' }
  /** No share any more; clients are waited for. */
  | { readonly do: 'empty' }
  /** No way through the gateway any more. */
  | { readonly do: 'close' }
  /** No pods and Services any more. */
  | { readonly do: 'remove' };

/** A canary, as far as it is there. */
export interface CanaryState {
  readonly hasPods: boolean;
  /** Its share in percent; undefined while no route names it. */
  readonly weight: number | undefined;
  /** True when its release runs in the place of the one before. */
  readonly isRolled: boolean;
}

export const noCanary: CanaryState = { hasPods: false, weight: undefined, isRolled: false };

/** Returns the moves from a state to an end. What it has already is made sure of again, except its shares. */
export function movesTo(goal: CanaryGoal, state: CanaryState, steps: readonly number[]): readonly CanaryMove[] {
  const { weight, isRolled } = state;
  if (goal === 'aborted' || isRolled) return leavingMoves(state);
  const begin = weight ?? 0;
  return [
    { do: 'bring' },
    { do: 'open', weight: begin },
    // Its last share is judged again: its judge was killed.
    ...steps.filter((step) => step >= Math.max(begin, 1)).map((step) => ({ do: 'weigh' as const, weight: step })),
    { do: 'roll' },
    ...leavingMoves({ hasPods: true, weight: 0, isRolled: true }),
  ];
}

function leavingMoves({ hasPods, weight }: CanaryState): CanaryMove[] {
  return [
    ...(weight === undefined ? [] : ([{ do: 'empty' }, { do: 'close' }] as const)),
    ...(hasPods ? ([{ do: 'remove' }] as const) : []),
  ];
}

/** Returns what there is of a canary after a move. */
export function afterMove(state: CanaryState, move: CanaryMove): CanaryState {
  switch (move.do) {
    case 'bring':
      return { ...state, hasPods: true };
    case 'open':
    case 'weigh':
      return { ...state, weight: move.weight };
    case 'roll':
      return { ...state, isRolled: true };
    case 'empty':
      return { ...state, weight: 0 };
    case 'close':
      return { ...state, weight: undefined };
    case 'remove':
      return { ...state, hasPods: false };
  }
}
