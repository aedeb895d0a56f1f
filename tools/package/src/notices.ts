import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package whose code is in ours. */
interface InnerPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Its licence, and what else it asks to be handed on. */
  readonly texts: readonly string[];
}

/** Returns the folders of the packages that sources lie in. @param sources paths relative to the repository. */
export function packageFolders(sources: readonly string[]): string[] {
  const folders = sources.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

/**
 * Returns the notices of all packages whose code is in ours, with their licences.
 * @param folders of them, relative to the repository.
 * @throws {Error} naming those that say neither a licence nor its text.
 */
export async function thirdPartyNotices(root: string, folders: readonly string[]): Promise<string> {
  const packages = await Promise.all(folders.map((folder) => readPackage(join(root, folder))));
  const unlicensed = packages.filter(({ license, texts }) => license === '' && texts.length === 0);
  if (unlicensed.length > 0) throw new Error(`These packages have no licence: ${namesOf(unlicensed).join(', ')}`);
  const unique = new Map(packages.map((each) => [`${each.name}@${each.version}`, each]));
  // By licence: texts that are nearly the same stand together, which also halves what they are packed.
  const sorted = [...unique.values()].sort((one, other) => one.license.localeCompare(other.license));
  const sections = sorted.map(({ name, version, license, texts }) =>
    [`${name} ${version}`, `Licence: ${license}`, ...texts.map((text) => text.trim())].join('\n\n'),
  );
  const head = 'This package contains code of the packages below, each under its own licence.';
  return `${[head, ...sections].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

async function readPackage(folder: string): Promise<InnerPackage> {
  const { name, version, license, licenses } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string | { type: string };
    licenses?: readonly { type: string }[];
  };
  const said =
    typeof license === 'string' ? license : (license?.type ?? licenses?.map(({ type }) => type).join(' OR '));
  const names = existsSync(folder) ? await readdir(folder) : [];
  const files = names.filter((file) => /^(licen[cs]e|copying|notice)([.-].*)?$/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return { name, version, license: said ?? '', texts };
}

function namesOf(packages: readonly InnerPackage[]): string[] {
  return packages.map(({ name }) => name);
}
