import { visitNotIgnoredFiles, type Tree } from '@nx/devkit';
import { basename } from 'node:path';
import { isPlaceholder } from '../../../model/manifests/service-container.ts';
import { candidatesIn } from '../adopt/find-service.ts';

/**
 * Returns the registries, with their paths, under which the images of the workspace's own services are named: in manifests, compose files
 * and the like. Those of others' images say nothing of it.
 */
export function registriesIn(tree: Tree): string[] {
  const services = candidatesIn(tree).map(({ service }) => service);
  const found = new Set<string>();
  visitNotIgnoredFiles(tree, '.', (path) => {
    const isRead = /\.ya?ml$/.test(path) || /^(Dockerfile|Containerfile)/.test(basename(path));
    if (!isRead || /(^|\/)node_modules\//.test(path)) return;
    for (const [, image = ''] of (tree.read(path, 'utf8') ?? '').matchAll(
      /^\s*(?:-\s*)?(?:image:|FROM)\s*["']?([^\s"'#]+)/gm,
    )) {
      const service = services.find((name) => isPlaceholder(image, name));
      const registry = service && registryOf(image, service);
      if (registry) found.add(registry);
    }
  });
  return [...found].sort();
}

/** Returns `acr.example/team` of `acr.example/team/shop:1`; undefined of an image without a host. */
function registryOf(image: string, service: string): string | undefined {
  const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const registry = repository.slice(0, -service.length - 1);
  const [host = ''] = registry.split('/');
  // As docker tells a host from a folder of its own registry.
  return /[.:]/.test(host) || host === 'localhost' ? registry : undefined;
}
