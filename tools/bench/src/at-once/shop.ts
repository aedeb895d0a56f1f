import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

/** Files of the service that the others are made of, which its builds make anew. */
const made = /\/(dist|azure-pipelines\.yml)$/;

/** Makes services that are like orders but for their names. @returns their names. */
export function makeShop(workspace: ScratchWorkspace, count: number): string[] {
  const from = join(workspace.folder, 'apps/orders');
  const names = Array.from({ length: count }, (_, index) => `shop-${index}`);
  for (const name of names) {
    const folder = join(workspace.folder, 'apps', name);
    cpSync(from, folder, { recursive: true, filter: (path) => !made.test(path) && !path.endsWith('.spec.ts') });
    const named = [
      'project.json',
      'pipeline.variables.yml',
      ...readdirSync(join(folder, 'k8s')).map((each) => `k8s/${each}`),
    ];
    for (const path of named) {
      const text = readFileSync(join(folder, path), 'utf8');
      writeFileSync(join(folder, path), text.replaceAll('orders', name).replaceAll('Orders', name));
    }
  }
  return names;
}

/**
 * Writes the manifests of services for kubectl, with IMAGE in the image's place, into a folder.
 * @param place the namespace that they go to, and the values of their variables.
 */
export function writeRawManifests(
  workspace: ScratchWorkspace,
  names: readonly string[],
  { folder, variables }: { readonly folder: string; readonly variables: Readonly<Record<string, string>> },
): void {
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    const source = join(workspace.folder, 'apps', name, 'k8s');
    const files = readdirSync(source).filter(
      (file) => !/^(dev|preprod|prod)\.yaml$/.test(file) && existsSync(join(source, file)),
    );
    const items = files.flatMap((file) => {
      const text = readFileSync(join(source, file), 'utf8').replaceAll(
        /'?\$\{(\w+)\}'?/g,
        (_, key: string) => variables[key] ?? 'raw',
      );
      return parseAllDocuments(text.replace(`image: ${name}\n`, 'image: IMAGE\n')).map((each): unknown => each.toJS());
    });
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  }
}
