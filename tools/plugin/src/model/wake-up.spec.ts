import { WakeUp } from './wake-up.ts';

it('wakes once for all that was rung before, and for what is rung later', async () => {
  const wakeUp = new WakeUp();
  wakeUp.ring();
  wakeUp.ring();
  await wakeUp.heard();
  let isAwake = false;
  const waiting = wakeUp.heard().then(() => (isAwake = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isAwake).toBe(false);
  wakeUp.ring();
  await waiting;
  wakeUp.ring();
  wakeUp.forget();
  const never = wakeUp.heard().then(() => 'heard');
  expect(await Promise.race([never, new Promise((resolve) => setImmediate(resolve, 'quiet'))])).toBe('quiet');
});
