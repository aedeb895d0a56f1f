/**
 * What an action makes of each item, in the items' order, with a bounded number of actions under way.
 * @throws what the first action throws that fails; those under way end, and no more begin.
 */
export async function mapLimit<T, R>(
  atOnce: number,
  items: readonly T[],
  action: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>();
  const waiting = items.entries();
  let hasFailed = false;
  const work = async () => {
    for (const [index, item] of waiting) {
      if (hasFailed) return;
      results.set(
        index,
        await action(item).catch((error: unknown) => {
          hasFailed = true;
          throw error;
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return items.map((_, index) => results.get(index)!);
}
