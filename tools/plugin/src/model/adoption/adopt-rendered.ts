import { adoptManifests, type AdoptionRequest } from './adopt-manifests.ts';
import type { Left, Mended } from './adoption.ts';
import { ManifestDocuments } from './manifest-documents.ts';
import { mendFolder } from './mend-folder.ts';
import { objectPatches, type ObjectPatch } from './object-patch.ts';

/** The edits that rendered manifests need, which are made in what they are rendered of. */
export interface RenderedAdoption {
  readonly mended: readonly Mended[];
  /** As patches of the objects. */
  readonly patches: readonly ObjectPatch[];
  /** Files that are new, by name. */
  readonly added: ReadonlyMap<string, string>;
  readonly left: readonly Left[];
}

/**
 * Finds what `release` would refuse of manifests that Kustomize or Helm rendered for one environment, by the rules by which
 * plain ones are mended. @param request with one environment; its texts are those that were rendered.
 */
export function adoptRendered(request: AdoptionRequest, source: string): RenderedAdoption {
  const files = new ManifestDocuments(request.texts);
  // What lies in a source may not stay there, and a patch would hide it only.
  const folder = mendFolder(
    files,
    request.environments.map(({ namespace }) => namespace),
  );
  const before = files.now();
  const { mended, left, texts } = adoptManifests({ ...request, texts: before });
  const hint = `Take it out of ${source}: a patch would leave it in git.`;
  const added = [...texts].filter(([path]) => !before.has(path));
  return {
    mended,
    patches: objectPatches(before, texts),
    added: new Map(added.map(([path, text]) => [path.slice(request.folder.length + 1), text])),
    left: [...folder.mended.map(({ finding }) => ({ finding, hint })), ...left],
  };
}
