/** Returns a way from a node back to itself, or undefined when there is none. */
export function findCircle(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const done = new Set<string>();
  for (const start of edges.keys()) {
    // Without recursion: there may be as many schemas as fit into a file.
    const way: { readonly name: string; readonly next: Iterator<string> }[] = [];
    const onWay = new Set<string>();
    const enter = (name: string) => {
      way.push({ name, next: (edges.get(name) ?? new Set<string>()).values() });
      onWay.add(name);
    };
    if (!done.has(start)) enter(start);
    while (way.length > 0) {
      const { name, next } = way.at(-1)!;
      const { value, done: isOver } = next.next();
      if (isOver) {
        way.pop();
        onWay.delete(name);
        done.add(name);
      } else if (onWay.has(value)) {
        return [...way.slice(way.findIndex((each) => each.name === value)).map((each) => each.name), value];
      } else if (!done.has(value)) enter(value);
    }
  }
  return undefined;
}
