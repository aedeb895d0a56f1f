import { PendingLook } from './pending-look.ts';

it('is at all services first, then at those that changed, and at all when that is due', () => {
  const pending = new PendingLook();
  expect(pending.take(0)).toBe('all');
  pending.noteAll(0, 100);
  pending.add(new Set(['orders']));
  pending.add(new Set(['payments']));
  expect(pending.take(200)).toEqual(new Set(['orders', 'payments']));
  expect([pending.take(200), pending.dueIn(200)]).toEqual([new Set(), 59_900]);
  expect(pending.take(60_100)).toBe('all');
});

it('is at all services after an interruption, and where many changed', () => {
  const pending = new PendingLook();
  pending.noteAll(0, 0);
  pending.add('all');
  pending.add(new Set(['orders']));
  expect(pending.take(1)).toBe('all');
  pending.add(new Set(Array.from({ length: 101 }, (_, index) => `service-${index}`)));
  expect(pending.take(2)).toBe('all');
});

it('is at all services the less often the longer that takes', () => {
  const pending = new PendingLook();
  pending.noteAll(0, 1500);
  expect(pending.dueIn(1500)).toBe(150_000);
  pending.noteAll(0, 10_000);
  expect(pending.dueIn(10_000)).toBe(300_000);
});
