import type { Environment } from '../../environment/environment.ts';
import { overlay } from './overlay.ts';
import { parseManifests } from './parse-manifests.ts';
import type { Manifest } from './manifest.ts';

/** Where manifests are written, and for which environment they are read. */
export interface ManifestFolder {
  /** Texts of files by path; those outside `folder` do not count. */
  readonly texts: ReadonlyMap<string, string>;
  readonly folder: string;
  readonly environment: Pick<Environment, 'name' | 'namespace'>;
  /** Names of all environments: files named like one are overlays. */
  readonly environmentNames: readonly string[];
  /** The permitted namespaces; the environment's namespace by default. */
  readonly reach?: 'namespace' | 'cluster';
}

/** Reads what is written in a folder, and lays what its environment changes over it. @throws {Refusal} naming file and line. */
export function readEnvironmentManifests({
  texts,
  folder,
  environment: { name, namespace },
  environmentNames,
  reach = 'namespace',
}: ManifestFolder): Manifest[] {
  const base = new Map<string, string>();
  const overlays = new Map<string, string>();
  for (const [path, text] of texts) {
    const inside = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
    if (inside === undefined || !/\.(ya?ml|json)$/.test(inside)) continue;
    const named = inside.replace(/\.(ya?ml|json)$/, '');
    if (named === name) overlays.set(path, text);
    else if (!environmentNames.includes(named)) base.set(path, text);
  }
  const read = (some: ReadonlyMap<string, string>) => parseManifests(some, namespace, reach);
  return overlay(read(base), read(overlays), namespace);
}
