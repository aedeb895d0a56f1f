import { isMap } from 'yaml';
import { secretPlaces } from '../manifests/source/encrypted-secrets.ts';
import { clusterKinds } from '../manifests/source/parse-manifests.ts';
import type { Mended, TakenOut } from './adoption.ts';
import { hasPlace, valueAt, type ManifestDocument, type ManifestDocuments } from './manifest-documents.ts';

/** What was put right in a folder of manifests. */
export interface MendedFolder {
  readonly mended: readonly Mended[];
  readonly secrets: readonly TakenOut[];
  readonly clusterObjects: readonly TakenOut[];
}

/**
 * Takes out of manifests what none may have: objects of the whole cluster, Secrets with data, namespaces of their own; and puts
 * labels in quotes that are no texts.
 * @param namespaces those of the environments.
 */
export function mendFolder(files: ManifestDocuments, namespaces: readonly string[]): MendedFolder {
  const mended: Mended[] = [];
  const secrets: TakenOut[] = [];
  const clusterObjects: TakenOut[] = [];
  for (const each of files.all()) {
    const at = `${each.path}: ${each.kind} ${each.name}`;
    if (clusterKinds.includes(each.kind)) {
      clusterObjects.push({ kind: each.kind, name: each.name, text: files.take(each) });
      mended.push({
        finding: `${at} belongs to the whole cluster, not to a service.`,
        edit: 'taken out of the folder',
      });
    } else if (isSecretWithData(each)) {
      secrets.push({ kind: each.kind, name: each.name, text: files.take(each) });
      mended.push({ finding: `${at} holds data, and a secret is not kept in git.`, edit: 'taken out of the folder' });
    } else mended.push(...mendMetadata(files, each, namespaces));
  }
  return { mended, secrets, clusterObjects };
}

function isSecretWithData(each: ManifestDocument): boolean {
  return each.kind === 'Secret' && !hasPlace(each, ['sops']) && secretPlaces.some((place) => hasPlace(each, [place]));
}

function mendMetadata(files: ManifestDocuments, each: ManifestDocument, namespaces: readonly string[]): Mended[] {
  const mended: Mended[] = [];
  const at = `${each.path}: ${each.kind} ${each.name}`;
  const namespace = valueAt(each, ['metadata', 'namespace']);
  const isOnly = namespaces.length === 1 && namespace === namespaces[0];
  if (typeof namespace === 'string' && namespace !== '${NAMESPACE}' && !isOnly) {
    files.unset(each, ['metadata', 'namespace']);
    const finding = `${at} names the namespace ${JSON.stringify(namespace)}; the environment says into which it goes.`;
    mended.push({ finding, edit: 'left out' });
  }
  for (const field of ['labels', 'annotations']) {
    const map = each.document.getIn(['metadata', field]);
    if (!isMap(map)) continue;
    for (const [key, value] of Object.entries(map.toJSON() as Record<string, unknown>)) {
      if (typeof value !== 'number' && typeof value !== 'boolean') continue;
      files.quote(each, ['metadata', field, key]);
      mended.push({ finding: `${at}: metadata.${field}.${key} is ${value}, which is no text.`, edit: 'put in quotes' });
    }
  }
  return mended;
}
