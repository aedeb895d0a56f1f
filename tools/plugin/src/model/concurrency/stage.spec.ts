import fc from 'fast-check';
import { Stage } from './stage.ts';

/** What a visitor of a stage does next; `enter` of one that is there already does nothing. */
const step = fc.record({ visitor: fc.nat(5), does: fc.constantFrom('enter', 'leave', 'abort') });

interface Visitor {
  readonly aborting: AbortController;
  readonly entering: Promise<unknown>;
  leave: (() => void) | undefined;
  isGone: boolean;
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

it('never has more in it than it may, lets waiters in by their order, and gives the places of those that left to others', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(step, { maxLength: 60, size: 'max' }),
      async (most, steps) => {
        const stage = new Stage(most);
        const visitors = new Map<number, Visitor>();
        // What the stage should have in it, and who should wait, by the simplest rules there are.
        const [inside, waiting]: [number[], number[]] = [[], []];
        const moveUp = () => inside.push(...waiting.splice(0, most - inside.length));
        for (const { visitor: id, does } of steps) {
          const visitor = visitors.get(id);
          if (does === 'enter' && !visitor) {
            visitors.set(id, visit(stage));
            waiting.push(id);
          } else if (does === 'leave' && visitor?.leave) {
            visitor.leave();
            // A second time must not make room for two.
            visitor.leave();
            inside.splice(inside.indexOf(id), 1);
            visitors.delete(id);
          } else if (does === 'abort' && visitor) {
            visitor.aborting.abort(new Error(`${id}`));
            // Who is in stays until it leaves.
            if (waiting.includes(id)) waiting.splice(waiting.indexOf(id), 1);
          }
          moveUp();
          await settled();
          const really = [...visitors].filter(([, each]) => each.leave).map(([each]) => each);
          expect(really.sort()).toEqual([...inside].sort());
          for (const [each, { isGone }] of [...visitors]) if (isGone) visitors.delete(each);
        }
        // Nobody starves: when all leave, all come.
        for (let turn = 0; waiting.length + inside.length > 0; turn++) {
          expect(turn).toBeLessThan(steps.length + 1);
          const id = inside.shift();
          visitors.get(id!)!.leave!();
          moveUp();
          await settled();
          expect(inside.every((each) => visitors.get(each)?.leave)).toBe(true);
        }
      },
    ),
  );
});

function visit(stage: Stage): Visitor {
  const aborting = new AbortController();
  const entering = stage.enter(aborting.signal);
  const visitor: Visitor = { aborting, entering, leave: undefined, isGone: false };
  entering.then(
    (leave) => (visitor.leave = leave),
    () => (visitor.isGone = true),
  );
  return visitor;
}

it('throws the reason to who waits, and to who comes too late, without keeping a place', async () => {
  const stage = new Stage(1);
  const leave = await stage.enter();
  const asked = new AbortController();
  const waiting = stage.enter(asked.signal);
  const next = stage.enter();
  asked.abort(new Error('asked to stop'));
  await expect(waiting).rejects.toThrow('asked to stop');
  await expect(stage.enter(asked.signal)).rejects.toThrow('asked to stop');
  leave();
  (await next)();
  expect(await stage.run(async () => 'free')).toBe('free');
});

it('hands a place on that was given to somebody who was asked to stop at the same moment', async () => {
  const stage = new Stage(1);
  const leave = await stage.enter();
  const asked = new AbortController();
  const waiting = stage.enter(asked.signal);
  leave();
  asked.abort(new Error('asked to stop'));
  await expect(waiting).rejects.toThrow('asked to stop');
  expect(await stage.run(async () => 'free')).toBe('free');
});

it('frees the place of an action that fails', async () => {
  const stage = new Stage(1);
  await expect(stage.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await stage.run(async () => 'free')).toBe('free');
});
