import type { CreateDependenciesContext } from '@nx/devkit';
import type { PackageEdge } from './package-edge.ts';

/**
 * Returns edges from packages as projects import them to the same with their versions. Of a `bun.lock` Nx makes two nodes of a
 * package, `npm:debug` for whoever imports it and `npm:debug@4.3.4`, and only the second has edges to what it needs itself:
 * without these, no service would have the packages that its packages need.
 */
export function bunEdges(externalNodes: CreateDependenciesContext['externalNodes'] = {}): PackageEdge[] {
  return Object.values(externalNodes).flatMap(({ name: source, data }) => {
    const target = `npm:${data.packageName}@${data.version}`;
    return source !== target && target in externalNodes ? [{ source, target }] : [];
  });
}
