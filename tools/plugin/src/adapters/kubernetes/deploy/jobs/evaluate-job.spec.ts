import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import type { RolloutTarget } from '../wait/evaluate-rollout.ts';
import type { Recording } from '../wait/recording.ts';
import { nothingKnown, reduceRollout, type RolloutState } from '../wait/rollout-state.ts';
import { evaluateJob, type JobJudgement } from './evaluate-job.ts';

const folder = join(__dirname, 'recorded');
const recordings = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recording);
const recorded = (name: string) => recordings.find((recording) => recording.name === name)!;

/** Plays a recording as the wait does, timers too. @returns the judgement that ended it, or the last one, and when. */
function replay({ events, targets, milliseconds, graceMs = 60_000 }: Recording): {
  judgement: JobJudgement;
  at: number;
} {
  const [target] = targets as [RolloutTarget];
  let state: RolloutState = nothingKnown;
  let last = { judgement: evaluateJob(state, target, 0, graceMs), at: 0 };
  const judge = (at: number) => (last = { judgement: evaluateJob(state, target, at, graceMs), at });
  for (const [index, { at, event }] of events.entries()) {
    state = reduceRollout(state, event, at);
    const { judgement } = judge(at);
    const until = events[index + 1]?.at ?? milliseconds;
    if (judgement.state === 'waiting' && judgement.again !== undefined && judgement.again <= until)
      judge(judgement.again);
    if (last.judgement.state !== 'waiting') return last;
  }
  return last;
}

describe('Jobs as a real cluster told them', () => {
  it('are enough of them', () => expect(recordings.length).toBeGreaterThan(10));

  it.each(recordings.map((recording) => [recording.name, recording] as const))('%s', (_, recording) => {
    const { judgement, at } = replay(recording);
    const { state, reason } = recording.outcome;
    if (state === 'timed-out') {
      expect(judgement.state).toBe('waiting');
      expect(reason).toContain((judgement as JobJudgement & { state: 'waiting' }).obstacle);
      return;
    }
    expect(judgement.state).toBe(state);
    expect('reason' in judgement ? judgement.reason : undefined).toBe(reason);
    expect(at).toBeLessThanOrEqual(recording.milliseconds);
  });

  it.each([
    ['config-missing', 2500],
    ['image-missing', 10_000],
  ])('may be in trouble for a while before they begin: %s', (name, patience) => {
    expect(replay(recorded(name)).at).toBeGreaterThanOrEqual(patience);
  });

  it('are the fault of what was built where its container ended, or cannot be started', () => {
    const atFault = recordings.filter((recording) => {
      const { judgement } = replay(recording);
      return 'fault' in judgement && judgement.fault === 'build';
    });
    expect(atFault.map(({ name }) => name).sort()).toMatchInlineSnapshot(`
     [
       "no-such-command",
       "out-of-memory",
       "retried",
     ]
    `);
  });

  it('are of a Job of their own', () => {
    const good = recorded('succeeded');
    const [target] = good.targets as [RolloutTarget];
    expect(replay({ ...good, targets: [{ ...target, uid: 'another' }] }).judgement).toMatchObject({
      state: 'vanished',
      reason: expect.stringContaining('was deleted and recreated'),
    });
  });

  it('have not failed while they are to be tried again', () => {
    const { events, ...retried } = recorded('retried');
    const isEnd = ({ event }: (typeof events)[number]) =>
      event.type === 'changed' &&
      event.object.kind === 'Job' &&
      JSON.stringify(event.object['status']).includes('"Failed"');
    const before = replay({ ...retried, events: events.slice(0, events.findIndex(isEnd)) });
    expect(before.judgement).toMatchObject({
      state: 'waiting',
      obstacle: expect.stringContaining('exited with code 1'),
    });
  });

  it('are judged without breaking whatever part of the news arrives', () => {
    fc.assert(
      fc.property(fc.constantFrom(...recordings), fc.infiniteStream(fc.boolean()), (recording, keep) => {
        const { judgement } = replay({ ...recording, events: recording.events.filter(() => keep.next().value) });
        // What is missing may hide an end, or the Job, but never makes a failed Job a good one, or the other way round.
        const possible = ['waiting', 'vanished', recording.outcome.state];
        expect(possible).toContain(judgement.state);
      }),
    );
  });
});

describe('a Job', () => {
  const object: KubernetesObject = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'migrate', uid: '1' } };
  const judge = (live: object) =>
    evaluateJob(
      reduceRollout(nothingKnown, { type: 'listed', kind: 'Job', objects: [{ ...object, ...live }] }, 0),
      { object, uid: '1' },
      0,
      60_000,
    );

  it.each([
    ['Complete', 'True', 'succeeded'],
    ['Complete', 'False', 'waiting'],
    // Its pods are not all gone yet.
    ['SuccessCriteriaMet', 'True', 'waiting'],
    ['FailureTarget', 'True', 'waiting'],
    ['Failed', 'True', 'failed'],
  ])('with the condition %s %s is %s', (type, status, state) =>
    expect(judge({ status: { conditions: [{ type, status }] } }).state).toBe(state),
  );

  it('that somebody deletes has vanished, unless it has ended', () => {
    const metadata = { name: 'migrate', uid: '1', deletionTimestamp: '2026-11-24T12:00:00Z' };
    expect(judge({ metadata }).state).toBe('vanished');
    const status = { conditions: [{ type: 'Complete', status: 'True' }] };
    expect(judge({ metadata, status }).state).toBe('succeeded');
  });
});
