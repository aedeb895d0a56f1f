import { fieldAt, isMap } from '../../../manifests/source/object-fields.ts';
import type { Dependencies, Dependency } from '../dependency-changes.ts';

/** A package of one target framework. */
interface Resolved {
  readonly name: string;
  readonly framework: string;
  readonly version: string;
  readonly isDirect: boolean;
}

/**
 * Reads a `packages.lock.json` of NuGet: what was resolved for each target framework. Versions that only some frameworks get
 * are told with those.
 * @param parsed the file as a value.
 * @returns a sentence that says why not, where it is none.
 */
export function packagesInNugetLock(parsed: unknown): Dependencies | string {
  const frameworks = fieldAt(parsed, 'dependencies');
  if (!isMap(frameworks)) return 'It has no "dependencies", as lock files of NuGet have.';
  const resolved = Object.entries(frameworks).flatMap(([framework, packages]) =>
    isMap(packages) ? Object.entries(packages).flatMap(([name, entry]) => resolvedIn(name, framework, entry)) : [],
  );
  const byName = new Map<string, Resolved[]>();
  for (const each of resolved) byName.set(each.name, [...(byName.get(each.name) ?? []), each]);
  return new Map([...byName].map(([name, all]) => [name, dependencyOf(all, Object.keys(frameworks))]));
}

function resolvedIn(name: string, framework: string, entry: unknown): Resolved[] {
  const [type, version] = [fieldAt(entry, 'type'), fieldAt(entry, 'resolved')];
  // A project of the workspace is no package.
  if (type === 'Project' || typeof version !== 'string') return [];
  return [{ name, framework, version, isDirect: type === 'Direct' }];
}

function dependencyOf(all: readonly Resolved[], frameworks: readonly string[]): Dependency {
  const versions = new Set(all.map(({ version }) => version));
  // `net10.0/linux-x64` has only what differs from `net10.0`.
  const plain = frameworks.filter((framework) => !framework.includes('/'));
  const isForAll = plain.every((framework) => all.some((each) => each.framework === framework));
  const isSame = versions.size === 1 && isForAll;
  const told = all.map(({ version, framework }) => (isSame ? version : `${version} (${framework})`));
  return { versions: [...new Set(told)], isDirect: all.some(({ isDirect }) => isDirect) };
}
