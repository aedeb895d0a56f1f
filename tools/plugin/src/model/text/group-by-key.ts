/** Values by their key, in the order in which they came. `Map.groupBy` does it from Node 21 on; Node 20 is supported. */
export function groupByKey<K, V>(pairs: Iterable<readonly [K, V]>): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const [key, value] of pairs) {
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
