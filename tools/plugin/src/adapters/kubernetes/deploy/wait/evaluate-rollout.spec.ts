import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { usualPatience, type RolloutPatience } from '../../../../model/manifests/rules/rollout-patience.ts';
import { evaluateRollout, type RolloutStatus, type RolloutTarget } from './evaluate-rollout.ts';
import type { Recording } from './recording.ts';
import { nothingKnown, reduceRollout, type RolloutEvent, type RolloutState } from './rollout-state.ts';

const folder = join(__dirname, 'recorded');
const recordings = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recording);
const patience = usualPatience;

/** Recordings of what only a change ends, by the cluster's own words. */
const final = ['changed-by-others', 'image-bad-name', 'image-not-found', 'not-admitted', 'vanished'];

/** Recordings of what kubelets and controllers try again. */
const retried = [
  'config-key-missing',
  'config-missing',
  'image-forbidden',
  'image-no-such-host',
  'quota',
  'volume-missing',
];

interface Replay {
  /** When what ended it was first known; undefined when nothing stood in the way. */
  readonly known: number | undefined;
  /** The judgement that ended it, and when; undefined when time would be up. */
  readonly end: { readonly judgement: RolloutStatus; readonly at: number } | undefined;
  readonly last: RolloutStatus | undefined;
}

/** Plays a recording to the reducers as the wait does, timers too. */
function replay(
  { events, targets, milliseconds, graceMs = patience.graceMs }: Recording,
  allowed: Partial<RolloutPatience> = {},
): Replay {
  const [target] = targets as [RolloutTarget];
  let state: RolloutState = nothingKnown;
  let last: RolloutStatus | undefined;
  let known: number | undefined;
  const judge = (at: number) => {
    last = evaluateRollout(state, target, at, { ...patience, graceMs, ...allowed });
    const isInTheWay = last.state === 'waiting' ? last.obstacle !== undefined : last.state !== 'ready';
    if (isInTheWay) known ??= at;
    return last.state === 'waiting' ? undefined : { judgement: last, at };
  };
  for (const [index, { at, event }] of events.entries()) {
    state = reduceRollout(state, event, at);
    const ended = judge(at);
    if (ended) return { end: ended, last, known };
    const until = events[index + 1]?.at ?? milliseconds;
    const again = last?.state === 'waiting' ? last.again : undefined;
    const later = again !== undefined && again <= until ? judge(again) : undefined;
    if (later) return { end: later, last, known };
  }
  return { end: undefined, last, known };
}

describe('rollouts as a real cluster told them', () => {
  it('are enough of them', () => expect(recordings.length).toBeGreaterThan(20));

  it.each(recordings.map((recording) => [recording.name, recording] as const))('%s', (_, recording) => {
    const { end, last } = replay(recording);
    const { state, reason } = recording.outcome;
    if (state === 'timed-out') {
      expect(end).toBeUndefined();
      const obstacle = last?.state === 'waiting' ? last.obstacle : undefined;
      expect(reason).toContain(obstacle ?? last!.state);
      return;
    }
    expect(end?.judgement.state).toBe(state);
    expect(end && 'reason' in end.judgement ? end.judgement.reason : undefined).toBe(reason);
    expect(end!.at).toBeLessThanOrEqual(recording.milliseconds);
    // The wait ended with the last news: none of those before said that it was ready already.
    if (state === 'ready') expect(end!.at).toBe(recording.events.at(-1)!.at);
  });

  it.each(final)('end within 5 s of the cluster saying so where it is final: %s', (name) => {
    const { end, known } = replay(recordings.find((recording) => recording.name === name)!);
    expect(end!.at - known!).toBeLessThanOrEqual(5000);
  });

  it.each(retried)('go on for a minute at least where it is tried again, with that as the obstacle: %s', (name) => {
    const recording = recordings.find((each) => each.name === name)!;
    const { end, last } = replay({ ...recording, graceMs: patience.graceMs, milliseconds: 59_000 });
    expect(end).toBeUndefined();
    expect(last).toMatchObject({ state: 'waiting', obstacle: expect.any(String) });
    const { end: late, known } = replay({ ...recording, graceMs: patience.graceMs, milliseconds: 600_000 });
    expect(late?.judgement.state).toBe('failed');
    expect(late!.at - known!).toBeLessThan(62_000);
  });

  it('are the fault of what was built where its container ends, cannot be started or does not get ready', () => {
    const atFault = recordings.filter((recording) => {
      const { end, last } = replay(recording);
      const judgement = end?.judgement ?? last!;
      return 'fault' in judgement && judgement.fault === 'build';
    });
    expect(atFault.map(({ name }) => name).sort()).toMatchInlineSnapshot(`
     [
       "crash-DaemonSet",
       "crash-Deployment",
       "crash-StatefulSet",
       "deadline",
       "no-such-command",
       "out-of-memory",
       "probe-ends-container",
       "probe-wrong-path",
       "stale-deadline",
       "unready",
     ]
    `);
  });

  it('are not the fault of what was built where another container is in trouble', () => {
    const crash = recordings.find(({ name }) => name === 'crash-Deployment')!;
    const renamed = JSON.parse(JSON.stringify(crash).replaceAll('"name":"orders"', '"name":"sidecar"')) as Recording;
    expect(replay(renamed).end?.judgement).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('sidecar exited'),
    });
    expect(replay(renamed).end?.judgement).not.toHaveProperty('fault', 'build');
  });

  it('tolerate as many crashes as they are told to', () => {
    const crash = recordings.find(({ name }) => name === 'crash-Deployment')!;
    const ends = [0, 1, 2].map((allowedRestarts) => replay(crash, { allowedRestarts }).end!.at);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    expect(new Set(ends).size).toBe(3);
    expect(replay(crash, { allowedRestarts: 99 }).end).toBeUndefined();
  });

  it('are not judged ready before the generation that was applied is seen', () => {
    for (const recording of recordings.filter(({ outcome }) => outcome.state === 'ready')) {
      const [target] = recording.targets as [RolloutTarget];
      const newer = { ...recording, targets: [{ ...target, generation: 99 }] };
      expect(replay(newer).end).toBeUndefined();
    }
  });

  it('are of an object of their own', () => {
    const ready = recordings.find(({ name }) => name === 'ready-next-Deployment')!;
    const [target] = ready.targets as [RolloutTarget];
    const { end } = replay({ ...ready, targets: [{ ...target, uid: 'another' }] });
    expect(end?.judgement).toMatchObject({ state: 'vanished' });
  });

  it('end alike when the connection breaks and all is listed again in between', () => {
    for (const recording of recordings) {
      const straight = replay(recording);
      const objects = new Map<string, KubernetesObject>();
      const kinds = new Set<string>();
      const events = recording.events.flatMap(({ at, event }) => {
        remember(objects, kinds, event);
        const listed = [...kinds].map((kind): { at: number; event: RolloutEvent } => ({
          at,
          event: { type: 'listed', kind, objects: [...objects.values()].filter((object) => object.kind === kind) },
        }));
        return [{ at, event }, ...listed];
      });
      const broken = replay({ ...recording, events });
      expect(broken.end?.judgement.state).toBe(straight.end?.judgement.state);
    }
  });

  it('are judged without breaking whatever part of the news arrives', () => {
    fc.assert(
      fc.property(fc.constantFrom(...recordings), fc.infiniteStream(fc.boolean()), (recording, keep) => {
        const events = recording.events.filter(() => keep.next().value);
        const { end } = replay({ ...recording, events });
        // What is missing may hide an end, or a workload, but never makes a failed rollout a good one.
        if (end?.judgement.state === 'ready') expect(['ready', 'vanished']).toContain(recording.outcome.state);
      }),
    );
  });
});

function remember(objects: Map<string, KubernetesObject>, kinds: Set<string>, event: RolloutEvent): void {
  const key = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.name}`;
  if (event.type === 'listed') {
    kinds.add(event.kind);
    for (const object of event.objects) objects.set(key(object), object);
  } else if (event.type === 'changed') objects.set(key(event.object), event.object);
  else objects.delete(key(event.object));
}
