import type { Tree } from '@nx/devkit';
import { kustomizationNames, remoteChartFile } from '../../model/manifests/rendering/manifest-form.ts';
import { manifestFoldersOf } from '../../model/manifests/rendering/manifest-files.ts';

/** How the manifests of a service are written; undefined where there are none. @param root its folder. */
export function formIn(tree: Tree, root: string): 'plain' | 'kustomize' | 'helm' | undefined {
  const [manifests, chart] = manifestFoldersOf(root);
  const charts = [chart, manifests].flatMap((folder) =>
    ['Chart.yaml', remoteChartFile].map((name) => `${folder}/${name}`),
  );
  if (charts.some((path) => tree.exists(path))) return 'helm';
  if (!tree.exists(manifests)) return undefined;
  const isKustomized = filesBelow(tree, manifests).some((path) =>
    kustomizationNames.some((name) => path.endsWith(`/${name}`)),
  );
  return isKustomized ? 'kustomize' : 'plain';
}

/** Reports whether a folder is that of a service, whatever its manifests are written in. */
export function isServiceIn(tree: Tree, root: string): boolean {
  return tree.exists(`${root}/Dockerfile`) && formIn(tree, root) !== undefined;
}

/** Returns the files in a folder and below. */
export function filesBelow(tree: Tree, folder: string): string[] {
  return tree.children(folder).flatMap((child) => {
    const path = `${folder}/${child}`;
    return tree.isFile(path) ? [path] : filesBelow(tree, path);
  });
}
