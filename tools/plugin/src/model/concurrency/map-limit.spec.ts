import { mapLimit } from './map-limit.ts';

const ticks = async (count: number) => {
  for (let tick = 0; tick < count; tick++) await Promise.resolve();
};

it('keeps the order, and the bound', async () => {
  let underWay = 0;
  let most = 0;
  const results = await mapLimit(3, [5, 1, 9, 2, 7, 3, 0], async (item) => {
    most = Math.max(most, ++underWay);
    await ticks(item);
    underWay--;
    return item * 2;
  });
  expect(results).toEqual([10, 2, 18, 4, 14, 6, 0]);
  expect(most).toBe(3);
  expect(await mapLimit(3, [], async () => 1)).toEqual([]);
});

it('begins nothing more once one has failed', async () => {
  const begun: number[] = [];
  const failing = mapLimit(2, [1, 2, 3, 4, 5, 6, 7, 8], async (item) => {
    begun.push(item);
    await ticks(item);
    if (item === 2) throw new Error('two');
  });
  await expect(failing).rejects.toThrow('two');
  await ticks(100);
  expect(begun.length).toBeLessThan(8);
});
