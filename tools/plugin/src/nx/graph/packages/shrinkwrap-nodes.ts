import type { CreateNodesResult } from '@nx/devkit';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseNpmLockfile, type NpmLockfile } from '../../../model/changes/dependencies/npm/npm-lockfile.ts';
import type { PackageEdge } from './package-edge.ts';

type ExternalNodes = NonNullable<CreateNodesResult['externalNodes']>;

/** The lock file that npm reads before `package-lock.json`, and Nx does not know. */
export const shrinkwrap = 'npm-shrinkwrap.json';

/** Those that Nx knows: with one of them, it has packages of its own. */
const knownToNx = ['bun.lock', 'bun.lockb', 'yarn.lock', 'pnpm-lock.yaml', 'package-lock.json'];

/**
 * Returns the packages of a workspace's `npm-shrinkwrap.json` as Nx has those of a `package-lock.json`, under the same names;
 * undefined where there is none, or where Nx takes them from another file.
 * @throws {Error} when it cannot be read, as Nx does for lock files that it knows.
 */
export function shrinkwrapNodes(workspaceRoot: string): ExternalNodes | undefined {
  const lockfile = readShrinkwrap(workspaceRoot);
  if (lockfile === undefined) return undefined;
  const nodes: ExternalNodes = {};
  for (const [place, name] of nodeNames(lockfile)) {
    const found = lockfile.packageAt(place)!;
    nodes[name] ??= {
      type: 'npm',
      name,
      data: { packageName: found.name, version: found.version, hash: lockfile.digestAt(place) },
    };
  }
  return nodes;
}

/** Returns which of these packages need which. */
export function shrinkwrapEdges(workspaceRoot: string): PackageEdge[] {
  const lockfile = readShrinkwrap(workspaceRoot);
  if (lockfile === undefined) return [];
  const names = nodeNames(lockfile);
  return [...names].flatMap(([place, source]) =>
    (lockfile.packageAt(place)?.needs ?? []).flatMap((needed) => {
      const target = names.get(needed);
      return target === undefined ? [] : { source, target };
    }),
  );
}

function readShrinkwrap(workspaceRoot: string): NpmLockfile | undefined {
  const path = join(workspaceRoot, shrinkwrap);
  if (!existsSync(path) || knownToNx.some((name) => existsSync(join(workspaceRoot, name)))) return undefined;
  const lockfile = parseNpmLockfile(readFileSync(path, 'utf8'));
  if (typeof lockfile === 'string') throw new Error(`${shrinkwrap} cannot be read. ${lockfile}`);
  return lockfile;
}

/** Names by places: what lies in `node_modules` itself is known by its name alone, other versions of it with theirs. */
function nodeNames(lockfile: NpmLockfile): Map<string, `npm:${string}`> {
  const found = [...lockfile.places()].map((place) => ({ place, ...lockfile.packageAt(place)! }));
  const hoisted = new Map(found.flatMap(({ place, name, version }) => (isHoisted(place) ? [[name, version]] : [])));
  return new Map(
    found.map(({ place, name, version }) => [
      place,
      isHoisted(place) || hoisted.get(name) === version ? `npm:${name}` : `npm:${name}@${version}`,
    ]),
  );
}

function isHoisted(place: string): boolean {
  return place.lastIndexOf('node_modules/') === 0;
}
