import { isMap } from '../../../manifests/source/object-fields.ts';
import { textOf, whyNotRead, withoutUser } from '../lock-text.ts';
import { joinedByName, type NodeLockfile, type NodePackage } from './node-lockfile.ts';

/**
 * Reads a `bun.lock`: JSON with commas at ends.
 * @returns a sentence that says why not, where it is none.
 */
export function parseBunLockfile(text: string): NodeLockfile | string {
  const reason = whyNotRead(text);
  if (reason !== undefined) return reason;
  let value: unknown;
  try {
    value = JSON.parse(text.replaceAll(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_, string?: string) => string ?? ''));
  } catch {
    return 'It is not JSON, as Bun writes it.';
  }
  const packages = isMap(value) ? value['packages'] : undefined;
  return isMap(packages) ? new BunLockfile(packages) : 'It has no "packages", as lockfiles of Bun 1.2 and later have.';
}

/** Its packages by the names that lead to them: `a/b` is the `b` of `a`. */
class BunLockfile implements NodeLockfile {
  private readonly packages: Readonly<Record<string, unknown>>;

  constructor(packages: Readonly<Record<string, unknown>>) {
    this.packages = packages;
  }

  rootsOf(name: string): string[] {
    return this.keyOf('', name);
  }

  packageAt(key: string): NodePackage | undefined {
    const entry = this.entryAt(key);
    if (entry === undefined) return undefined;
    const fields = entry.find(isMap) ?? {};
    const needs = ['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap((field) =>
      isMap(fields[field]) ? Object.keys(fields[field]).flatMap((name) => this.keyOf(key, name)) : [],
    );
    const [name, version] = splitSpec(entry[0]);
    // Of what is from elsewhere, the address is all that is known.
    return { name: nameAt(key, name), version: withoutUser(version), source: undefined, needs };
  }

  versions(): Map<string, string> {
    return joinedByName(
      Object.keys(this.packages).flatMap((key): [string, string][] => {
        const entry = this.entryAt(key);
        return entry === undefined ? [] : [[splitSpec(entry[0])[0], `${entry[0]} ${textOf(entry.at(-1))}`]];
      }),
    );
  }

  /** An entry begins with what it stands for: `b@1.0.0`; projects of the workspace are none. */
  private entryAt(key: string): [string, ...unknown[]] | undefined {
    const entry = Object.hasOwn(this.packages, key) ? this.packages[key] : undefined;
    if (!Array.isArray(entry) || typeof entry[0] !== 'string' || /@(workspace|link):/.test(entry[0])) return undefined;
    return entry as [string, ...unknown[]];
  }

  /** The nearest package of a name, from another one's own to those of all. */
  private keyOf(from: string, name: string): string[] {
    for (let at = from; ; at = outside(at)) {
      const key = at === '' ? name : `${at}/${name}`;
      if (this.entryAt(key) !== undefined) return [key];
      if (at === '') return [];
    }
  }
}

/** `a` of `a/b`, and of `a/@s/b`. */
function outside(key: string): string {
  return key.replace(/(^|\/)(@[^/]+\/)?[^/]+$/, '');
}

/** The name by which it is installed: the end of its key, unless that is all of another form. */
function nameAt(key: string, name: string): string {
  return /((@[^/]+\/)?[^/]+)$/.exec(key)?.[1] ?? name;
}

function splitSpec(spec: string): [name: string, version: string] {
  const end = spec.indexOf('@', 1);
  return end < 0 ? [spec, 'unknown'] : [spec.slice(0, end), spec.slice(end + 1)];
}
