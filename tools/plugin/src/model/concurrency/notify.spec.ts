import { Notify } from './notify.ts';

it('wakes once for all that was rung before, and for what is rung later', async () => {
  const wakeUp = new Notify();
  wakeUp.notify();
  wakeUp.notify();
  await wakeUp.notified();
  let isAwake = false;
  const waiting = wakeUp.notified().then(() => (isAwake = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isAwake).toBe(false);
  wakeUp.notify();
  await waiting;
  wakeUp.notify();
  wakeUp.reset();
  const never = wakeUp.notified().then(() => 'heard');
  expect(await Promise.race([never, new Promise((resolve) => setImmediate(resolve, 'quiet'))])).toBe('quiet');
});
