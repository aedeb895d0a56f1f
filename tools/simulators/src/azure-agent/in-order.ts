/** Something that waits for others of its kind. */
export interface Dependent {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/** Begins each as soon as all that it depends on ended. */
export async function runInDependencyOrder<T extends Dependent, R>(
  items: readonly T[],
  work: (item: T, before: Readonly<Record<string, R>>) => Promise<R>,
): Promise<Record<string, R>> {
  const started = new Map<string, Promise<R>>();
  const start = (item: T): Promise<R> => {
    const running = started.get(item.name) ?? after(item);
    started.set(item.name, running);
    return running;
  };
  const after = async (item: T): Promise<R> => {
    const before = ancestorsOf(item, items).map((name) => items.find((other) => other.name === name)!);
    const reports = await Promise.all(before.map(async (other) => [other.name, await start(other)] as const));
    return work(item, Object.fromEntries(reports));
  };
  const all = await Promise.all(items.map(async (item) => [item.name, await start(item)] as const));
  return Object.fromEntries(all);
}

/** Everything that something depends on, directly or not. */
export function ancestorsOf<T extends Dependent>(item: T, items: readonly T[]): string[] {
  const found = new Set<string>();
  const visit = (names: readonly string[]) => {
    for (const name of names) {
      const other = items.find((each) => each.name === name);
      if (other === undefined) throw new Error(`${item.name} depends on ${name}, which is not there.`);
      if (name === item.name) throw new Error(`${name} depends on itself.`);
      if (found.has(name)) continue;
      found.add(name);
      visit(other.dependsOn);
    }
  };
  visit(item.dependsOn);
  return [...found];
}
