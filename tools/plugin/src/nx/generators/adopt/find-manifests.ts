import { visitNotIgnoredFiles, type Tree } from '@nx/devkit';
import { isMap, parseAllDocuments } from 'yaml';
import { isPlaceholder } from '../../../model/manifests/service-container.ts';
import { containersOf, isWorkload } from '../../../model/manifests/rules/pod-templates.ts';
import { infrastructureFolder } from '../../../model/workspace/places.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';

/** Texts of the YAML files below a folder, by path. */
export function yamlTexts(tree: Tree, folder: string): Map<string, string> {
  const texts = new Map<string, string>();
  if (!tree.exists(folder)) return texts;
  visitNotIgnoredFiles(tree, folder, (path) => {
    if (/\.(ya?ml|json)$/.test(path)) texts.set(path.replaceAll('\\', '/'), tree.read(path, 'utf8') ?? '');
  });
  return texts;
}

/**
 * Finds the files of manifests that are of one service and of no other, wherever they lie in the workspace: those whose
 * workloads all run its image, or are named like it.
 */
export function manifestsElsewhere(tree: Tree, service: string): string[] {
  const found: string[] = [];
  visitNotIgnoredFiles(tree, '.', (path) => {
    if (!/\.ya?ml$/.test(path) || path.startsWith(`${infrastructureFolder}/`)) return;
    if (/(^|\/)(node_modules|\.[^/]+|chart|charts|templates)\//.test(path)) return;
    const text = tree.read(path, 'utf8') ?? '';
    const workloads = text.includes('kind:') ? workloadsIn(text) : [];
    if (workloads.length > 0 && workloads.every((object) => isOf(object, service))) found.push(path);
  });
  return found.sort();
}

function workloadsIn(text: string): KubernetesObject[] {
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  if (!Array.isArray(documents)) return [];
  return documents
    .filter(({ errors, contents }) => errors.length === 0 && isMap(contents))
    .map((document) => document.toJS() as KubernetesObject)
    .filter(({ apiVersion, kind }) => typeof apiVersion === 'string' && typeof kind === 'string')
    .filter(isWorkload);
}

function isOf(object: KubernetesObject, service: string): boolean {
  return containersOf(object).some(({ name, image }) => name === service || isPlaceholder(image, service));
}
