import type { ClosureProject, Service } from './service.ts';

/** Returns a function that finds the project of a service's closure which a file is of; undefined for any other. */
export function ownerIn(service: Service): (path: string) => ClosureProject | undefined {
  const roots = [
    ...service.closure.map((project) => ({ root: project.root, project })),
    ...service.foreignRoots.map((root) => ({ root, project: undefined })),
  ].sort((a, b) => depth(b.root) - depth(a.root));
  // As in Nx, a file is of the project whose root is nearest above it.
  return (path) => roots.find(({ root }) => isInside(root, path))?.project;
}

/** Reports whether a path is below a root, or is it. Both are relative to the workspace's root, which is `.`. */
export function isInside(root: string, path: string): boolean {
  return root === '.' || path.startsWith(`${root}/`);
}

function depth(root: string): number {
  return root === '.' ? 0 : root.split('/').length;
}
