import { afterMove, movesTo, noCanary, type CanaryGoal, type CanaryMove, type CanaryState } from './canary-moves.ts';

const stepLists = [[100], [10], [10, 50], [1, 99, 100]];

/** Every state that a deployer may leave, which is killed after any move on any way, and the next one after any of its. */
function* leftStates(steps: readonly number[], depth = 2, from: CanaryState = noCanary): Generator<CanaryState> {
  yield from;
  if (depth === 0) return;
  for (const goal of ['promoted', 'aborted'] as const) {
    let state = from;
    for (const move of movesTo(goal, state, steps)) {
      state = afterMove(state, move);
      yield* leftStates(steps, depth - 1, state);
    }
  }
}

function walk(
  goal: CanaryGoal,
  from: CanaryState,
  steps: readonly number[],
): { states: CanaryState[]; moves: readonly CanaryMove[] } {
  const moves = movesTo(goal, from, steps);
  const states = moves.map(
    (
      (state) => (move: CanaryMove) =>
        (state = afterMove(state, move))
    )(from),
  );
  return { states, moves };
}

describe('the moves of a canary', () => {
  it.each(stepLists)('reach either end from wherever a deployer was killed (%p, …)', (...steps) => {
    for (const left of leftStates(steps)) {
      const promoted = walk('promoted', left, steps);
      expect(promoted.states.at(-1) ?? left).toEqual({ hasPods: false, weight: undefined, isRolled: true });
      const aborted = walk('aborted', left, steps);
      expect(aborted.states.at(-1) ?? left).toEqual({ hasPods: false, weight: undefined, isRolled: left.isRolled });
      for (const state of [left, ...promoted.states, ...aborted.states]) {
        // No route leads to a Service that is not there.
        if (state.weight !== undefined) expect(state.hasPods).toBe(true);
      }
    }
  });

  it.each(stepLists)('never skip a part of the order (%p, …)', (...steps) => {
    for (const left of leftStates(steps)) {
      for (const goal of ['promoted', 'aborted'] as const) {
        let before = left;
        for (const move of movesTo(goal, left, steps)) {
          if (move.do === 'open') expect(before.hasPods).toBe(true);
          if (move.do === 'weigh') {
            expect(before.weight).toBeDefined();
            expect(move.weight).toBeGreaterThanOrEqual(before.weight!);
          }
          if (move.do === 'close') expect(before.weight).toBe(0);
          if (move.do === 'remove') expect(before.weight).toBeUndefined();
          before = afterMove(before, move);
        }
      }
    }
  });

  it('have nothing to do where nothing is', () => {
    expect(movesTo('aborted', noCanary, [10])).toEqual([]);
    expect(movesTo('promoted', noCanary, [10, 50]).map((move) => move.do)).toEqual([
      'bring',
      'open',
      'weigh',
      'weigh',
      'roll',
      'empty',
      'close',
      'remove',
    ]);
  });
});
