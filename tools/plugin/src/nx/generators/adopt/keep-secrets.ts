import type { Tree } from '@nx/devkit';
import type { TakenOut } from '../../../model/adoption/adoption.ts';
import { provisioningFolder } from '../../../model/workspace/places.ts';

/** Folder of Secrets that were in git; git and image builds ignore it. */
const folder = '.secrets';
const ignoreFiles = ['.gitignore', '.dockerignore'];

/**
 * Keeps Secrets that were taken out of manifests where git ignores them.
 * @returns what is to be done with them. No value is shown.
 */
export function keepSecrets(tree: Tree, service: string, secrets: readonly TakenOut[]): string[] {
  for (const file of ignoreFiles) ignore(tree, file);
  const paths = secrets.map(({ name, text }) => {
    const path = freePath(tree, `${folder}/${service}-${name.replaceAll(/[^\w.-]+/g, '-')}`);
    // For nobody but who runs this.
    tree.write(path, text, { mode: 0o600 });
    return path;
  });
  const names = secrets.map(({ name }) => name).join(', ');
  return [
    `${secrets.length === 1 ? 'The Secret' : 'The Secrets'} ${names} ${secrets.length === 1 ? 'is' : 'are'} in ${paths.join(', ')} now, which git ignores. ` +
      `For today: \`kubectl apply -n NAMESPACE -f ${paths[0]}\`. To keep: external-secrets, or SOPS in ${provisioningFolder}. ` +
      "The values are still in git's history: make new ones.",
  ];
}

function ignore(tree: Tree, file: string): void {
  const text = tree.exists(file) ? (tree.read(file, 'utf8') ?? '') : '';
  if (text.split('\n').some((line) => line.trim().replace(/^\/|\/$/g, '') === folder)) return;
  tree.write(file, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${folder}/\n`);
}

function freePath(tree: Tree, path: string): string {
  for (let count = 1; ; count++) {
    const tried = `${path}${count === 1 ? '' : `-${count}`}.yaml`;
    if (!tree.exists(tried)) return tried;
  }
}
