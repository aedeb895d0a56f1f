import { setTimeout as pause } from 'node:timers/promises';
import { allEnded } from './all-ended.ts';

it('waits for all, also when one fails, and throws the first error', async () => {
  let ended = false;
  const slow = pause(20).then(() => (ended = true));
  await expect(allEnded([slow, Promise.reject(new Error('one')), Promise.reject(new Error('two'))])).rejects.toThrow(
    'one',
  );
  expect(ended).toBe(true);
  expect(await allEnded([])).toBeUndefined();
});
