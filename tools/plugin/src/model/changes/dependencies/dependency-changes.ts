import { compareVersions } from './compare-versions.ts';

/** Where a dependency comes from. */
export type Ecosystem = 'npm' | 'go' | 'python' | 'nuget';

/** A package as a service gets it. */
export interface Dependency {
  /** Several where one is installed beside the other. */
  readonly versions: readonly string[];
  /** True when the service or a library of it asks for the package itself; undefined when that is not known. */
  readonly isDirect?: boolean | undefined;
  /** The repository, address or folder that it is taken from; undefined for the ecosystem's registry. */
  readonly source?: string | undefined;
}

/** Packages by name. */
export type Dependencies = ReadonlyMap<string, Dependency>;

/** One dependency that is not what it was. */
export interface DependencyChange {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  /** Several versions are joined with commas; undefined where there was none. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Left out unless the new version is lower. */
  readonly isDowngrade?: true;
  /** Its new place; left out where that did not change. */
  readonly nowIs?: 'direct' | 'transitive';
  /** Where it is taken from, when that changed; undefined for the registry. */
  readonly source?: { readonly from: string | undefined; readonly to: string | undefined };
}

/** Returns the packages that were added, removed, replaced, moved or taken from elsewhere, by name. */
export function dependencyChanges(ecosystem: Ecosystem, before: Dependencies, after: Dependencies): DependencyChange[] {
  const [had, has] = [byKey(ecosystem, before), byKey(ecosystem, after)];
  const keys = [...new Set([...had.keys(), ...has.keys()])].sort();
  return keys.flatMap((key) => changeOf(ecosystem, had.get(key), has.get(key)) ?? []);
}

type Named = Dependency & { readonly name: string };

/** NuGet takes names in any case. */
function byKey(ecosystem: Ecosystem, all: Dependencies): Map<string, Named> {
  const keyOf = (name: string) => (ecosystem === 'nuget' ? name.toLowerCase() : name);
  return new Map([...all].map(([name, each]) => [keyOf(name), { ...each, name }]));
}

function changeOf(
  ecosystem: Ecosystem,
  before: Named | undefined,
  after: Named | undefined,
): DependencyChange | undefined {
  const [from, to] = [before, after].map((side) => side?.versions.toSorted().join(', '));
  const isMoved = before?.isDirect !== undefined && after?.isDirect !== undefined && before.isDirect !== after.isDirect;
  const isElsewhere = before !== undefined && after !== undefined && before.source !== after.source;
  if (from === to && !isMoved && !isElsewhere) return undefined;
  return {
    ...{ ecosystem, name: (after ?? before)!.name, from, to },
    ...(isLower(before, after) && { isDowngrade: true }),
    ...(isMoved && { nowIs: after.isDirect ? 'direct' : 'transitive' }),
    ...(isElsewhere && { source: { from: before.source, to: after.source } }),
  };
}

function isLower(before: Dependency | undefined, after: Dependency | undefined): boolean {
  if (before?.versions.length !== 1 || after?.versions.length !== 1) return false;
  return (compareVersions(after.versions[0]!, before.versions[0]!) ?? 0) < 0;
}

/** `+ left-pad 1.3.0`, `- left-pad 1.3.0`, `left-pad 1.2.3 → 1.3.0`, with notes in brackets. */
export function describeDependencyChange(change: DependencyChange): string {
  const { name, from, to } = change;
  const notes = notesOn(change);
  const end = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  if (from === undefined) return `+ ${name} ${to}${end}`;
  if (to === undefined) return `- ${name} ${from}${end}`;
  return `${name} ${from === to ? to : `${from} → ${to}`}${end}`;
}

/** Returns what is to be said of a change beside its versions: `downgrade`, `now direct`, its new source. */
export function notesOn({ isDowngrade, nowIs, source }: DependencyChange): string[] {
  return [
    ...(isDowngrade ? ['downgrade'] : []),
    ...(nowIs === undefined ? [] : [`now ${nowIs}`]),
    ...(source === undefined ? [] : [`from ${source.to ?? 'the registry'}, before ${source.from ?? 'the registry'}`]),
  ];
}

/** Returns packages of several places as one: all versions, direct where one says so. */
export function mergeDependencies(all: Iterable<Dependencies>): Map<string, Dependency> {
  const merged = new Map<string, Dependency>();
  for (const each of all)
    for (const [name, found] of each) {
      const known = merged.get(name);
      merged.set(name, known === undefined ? found : mergeOne(known, found));
    }
  return merged;
}

function mergeOne(a: Dependency, b: Dependency): Dependency {
  return {
    versions: [...new Set([...a.versions, ...b.versions])],
    isDirect: a.isDirect || b.isDirect || (a.isDirect ?? b.isDirect),
    source: a.source ?? b.source,
  };
}
