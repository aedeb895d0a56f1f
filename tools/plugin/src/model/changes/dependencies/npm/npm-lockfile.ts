import { isMap } from '../../../manifests/source/object-fields.ts';
import { textOf, whyNotRead } from '../lock-text.ts';
import { joinedByName, sourceOf, type NodeLockfile, type NodePackage } from './node-lockfile.ts';

/**
 * Reads a `package-lock.json` (versions 2 and 3), or an `npm-shrinkwrap.json`, which is the same under another name.
 * @returns a sentence that says why not, where it is none.
 */
export function parseNpmLockfile(text: string): NpmLockfile | string {
  const reason = whyNotRead(text);
  if (reason !== undefined) return reason;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'It is not JSON.';
  }
  const packages = isMap(value) ? value['packages'] : undefined;
  return isMap(packages) ? new NpmLockfile(packages) : 'It has no "packages", as lockfiles of npm 7 and later have.';
}

/** Its packages by where they are installed: `node_modules/a/node_modules/b`. */
export class NpmLockfile implements NodeLockfile {
  private readonly packages: Readonly<Record<string, unknown>>;

  constructor(packages: Readonly<Record<string, unknown>>) {
    this.packages = packages;
  }

  rootsOf(name: string, { folder }: { readonly folder: string }): string[] {
    const place = this.placeOf(folder === '.' ? '' : folder, name);
    return place === undefined ? [] : [place];
  }

  packageAt(place: string): NodePackage | undefined {
    const entry = this.packages[place];
    if (!isMap(entry)) return undefined;
    const version = typeof entry['version'] === 'string' ? entry['version'] : 'unknown';
    const needs = neededBy(entry).flatMap((name) => this.placeOf(place, name) ?? []);
    return { name: nameAt(place), version, source: sourceOf(entry['resolved']), needs };
  }

  versions(): Map<string, string> {
    return joinedByName(
      Object.entries(this.packages).flatMap(([place, entry]): [string, string][] => {
        const { version, integrity, resolved } = (isMap(entry) ? entry : {}) as Record<string, unknown>;
        if (!place.includes('node_modules/') || typeof version !== 'string') return [];
        return [[nameAt(place), `${version} ${textOf(integrity ?? resolved)}`]];
      }),
    );
  }

  /** Returns the places of all packages; what is linked is a project of the workspace, not a package. */
  *places(): Iterable<string> {
    for (const [place, entry] of Object.entries(this.packages)) {
      if (!place.includes('node_modules/') || !isMap(entry) || entry['link'] === true) continue;
      if (typeof entry['version'] === 'string') yield place;
    }
  }

  /** Returns what identifies the files of the package at a place, where the lock file says it. */
  digestAt(place: string): string | undefined {
    const { integrity, resolved } = (this.packages[place] ?? {}) as Record<string, unknown>;
    return [integrity, resolved].find((each): each is string => typeof each === 'string');
  }

  /** The nearest place from which a package at `from` gets another one. */
  private placeOf(from: string, name: string): string | undefined {
    for (let at = from; ; at = outside(at)) {
      const place = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
      const entry = Object.hasOwn(this.packages, place) ? this.packages[place] : undefined;
      if (isMap(entry)) return entry['link'] === true ? undefined : place;
      if (at === '') return undefined;
    }
  }
}

/** `node_modules/a` of `node_modules/a/node_modules/b`; the root of a project's folder. */
function outside(place: string): string {
  const end = place.lastIndexOf('/node_modules/');
  return end === -1 ? '' : place.slice(0, end);
}

function nameAt(place: string): string {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function neededBy(entry: Record<string, unknown>): string[] {
  return ['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap((field) =>
    isMap(entry[field]) ? Object.keys(entry[field]) : [],
  );
}
