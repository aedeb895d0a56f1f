import { SharedAnswers } from './shared-answers.ts';

/** An answer that is given when the test says so. */
class Pending {
  begun = 0;
  signal: AbortSignal | undefined;
  give!: (answer: string) => void;
  private readonly given = new Promise<string>((resolve) => (this.give = resolve));

  readonly work = async (signal: AbortSignal): Promise<string> => {
    this.begun++;
    this.signal = signal;
    return this.given;
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('SharedAnswers', () => {
  it('works out once what several ask for meanwhile, and again what is asked for later', async () => {
    const answers = new SharedAnswers();
    const pending = new Pending();
    const { signal } = new AbortController();
    const asked = [1, 2].map(() => answers.answer('graph', signal, pending.work));
    await settled();
    pending.give('found');
    expect(await Promise.all(asked)).toEqual(['found', 'found']);
    expect(pending.begun).toBe(1);
    await answers.answer('graph', signal, pending.work);
    expect(pending.begun).toBe(2);
  });

  it('works out four at the same time, and none that nobody waits for any more', async () => {
    const answers = new SharedAnswers();
    const all = Array.from({ length: 6 }, () => ({ pending: new Pending(), stopping: new AbortController() }));
    const asked = all.map(({ pending, stopping }, index) => answers.answer(`${index}`, stopping.signal, pending.work));
    const ends = Promise.allSettled(asked);
    await settled();
    expect(all.map(({ pending }) => pending.begun)).toEqual([1, 1, 1, 1, 0, 0]);
    all[4]!.stopping.abort();
    all[0]!.pending.give('first');
    await settled();
    expect(all.map(({ pending }) => pending.begun)).toEqual([1, 1, 1, 1, 0, 1]);
    for (const { pending } of all) pending.give('given');
    expect((await ends).map(({ status }) => status)).toEqual([
      ...['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    ]);
  });

  it('stops the work when the last one that waits leaves, not before', async () => {
    const answers = new SharedAnswers();
    const pending = new Pending();
    const [first, second] = [new AbortController(), new AbortController()];
    const asked = [first, second].map(({ signal }) => answers.answer('graph', signal, pending.work));
    await settled();
    first.abort();
    await expect(asked[0]).rejects.toThrow();
    expect(pending.signal?.aborted).toBe(false);
    second.abort();
    await expect(asked[1]).rejects.toThrow();
    expect(pending.signal?.aborted).toBe(true);
  });

  it('keeps no failure', async () => {
    const answers = new SharedAnswers();
    const { signal } = new AbortController();
    await expect(answers.answer('graph', signal, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await answers.answer('graph', signal, async () => 'found')).toBe('found');
  });
});
