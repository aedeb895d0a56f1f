import type { Tree } from '@nx/devkit';
import { ProductError } from '../../../model/errors/product-error.ts';
import { manifestFoldersOf } from '../../../model/manifests/rendering/manifest-files.ts';
import { manifestForm, type ManifestForm } from '../../../model/manifests/rendering/manifest-form.ts';
import { filesBelow } from '../service-manifests.ts';

/** A service whose manifests Kustomize or Helm makes. */
interface RenderedService {
  readonly service: string;
  readonly root: string;
}

/**
 * Copies what a service has for the nearest environment, for a new one: its overlay, or its file of values. One without any has
 * nothing of its own for an environment, and needs nothing.
 * @param others names of the environments that there are, the nearest first.
 * @returns lines on what was copied, and what could not be.
 */
export function copyOverlay(
  tree: Tree,
  { service, root }: RenderedService,
  name: string,
  others: readonly string[],
): string[] {
  const paths = manifestFoldersOf(root).flatMap((folder) => (tree.exists(folder) ? filesBelow(tree, folder) : []));
  try {
    for (const environment of others) {
      const form = manifestForm(paths, { service, root, environment, environmentNames: others });
      const copies = ofEnvironment(form, environment, paths).map(
        (path) => [path, named(path, form.folder, environment, name)] as const,
      );
      if (copies.length === 0) continue;
      if (copies.some(([, to]) => tree.exists(to))) return [];
      for (const [from, to] of copies) tree.write(to, tree.read(from)!);
      return copies.map(([from, to]) => `${to} is a copy of ${from}${mentions(tree, to, environment)}.`);
    }
    return [];
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return [`${service} has nothing for ${name} yet: ${error.facts.reason} ${error.facts.remedy}`];
  }
}

/** Returns the files that are one environment's alone. */
function ofEnvironment(form: ManifestForm, environment: string, paths: readonly string[]): readonly string[] {
  const { folder } = form;
  if (form.kind === 'kustomize') {
    const isOwn = [`overlays/${environment}`, environment].includes(form.entry);
    return isOwn ? paths.filter((path) => path.startsWith(`${folder}/${form.entry}/`)) : [];
  }
  if (form.kind === 'plain') return [];
  return form.values
    .filter((path) => /^values[-./]./.test(path) && !/^values\.ya?ml$/.test(path))
    .map((path) => `${folder}/${path}`);
}

/** `k8s/overlays/prod/x.yaml` for another environment: the first part of the path that names it, and no other. */
function named(path: string, folder: string, environment: string, name: string): string {
  const inside = path.slice(folder.length + 1);
  const own = inside.startsWith('overlays/') || inside.startsWith('values') ? /[-./]/ : /^/;
  const at = inside.search(own) + (own.source === '^' ? 0 : 1);
  return `${folder}/${inside.slice(0, at)}${name}${inside.slice(at + environment.length)}`;
}

function mentions(tree: Tree, path: string, environment: string): string {
  const lines = (tree.read(path, 'utf8') ?? '').split('\n');
  const word = new RegExp(`(?<![\\w])${environment}(?![\\w])`);
  const found = lines.flatMap((line, index) => (word.test(line) ? [index + 1] : []));
  return found.length === 0 ? '' : `, and names ${environment} in line ${found.join(', ')}: correct that`;
}
