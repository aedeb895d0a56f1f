import { posix } from 'node:path';
import { parseGoImports } from '../../../references/go/go-imports.ts';
import { parseGoModuleFile } from '../../../references/go/go-module-file.ts';
import { pathFrom } from '../../../references/reference.ts';
import { compareVersions } from '../compare-versions.ts';
import type { Dependencies, Dependency } from '../dependency-changes.ts';
import { isBelow, type DependencyFiles, type FoundDependencies } from '../dependency-files.ts';
import { whyNotRead } from '../lock-text.ts';
import { parseGoModule, parseGoSum, type GoModule, type GoRequirement } from './go-module.ts';

type Folders = Pick<DependencyFiles, 'root' | 'projectRoots'>;

/**
 * Returns those of a service's files that say which Go modules it gets. Where one `go.mod` is above several projects, those
 * are also the sources, by whose imports it is known which modules are the service's.
 * @param paths all files of its content.
 */
export function goFiles(paths: readonly string[], folders: Folders): string[] {
  const files = paths.filter((path) => /(^|\/)go\.(mod|sum|work)$/.test(path));
  const main = mainModule(files, folders);
  if (main === undefined) return [];
  return isShared(main, folders) ? [...files, ...paths.filter(isSource)] : files;
}

/**
 * Returns the Go modules of a service: the requirements of the `go.mod` that it is built with, and of those of its libraries
 * where `go.work` builds them together. Of several versions, Go takes the highest.
 */
export function goDependencies({ texts, describe, ...folders }: DependencyFiles): FoundDependencies {
  const unknown: string[] = [];
  const read = (file: string): GoModule => {
    const text = texts.get(file) ?? '';
    const reason = whyNotRead(text);
    if (reason !== undefined) unknown.push(`${describe(file)}: ${reason}`);
    return parseGoModule(reason === undefined ? text : '');
  };
  const files = [...texts.keys()];
  const main = mainModule(files, folders);
  if (main === undefined) return { dependencies: new Map(), unknown };
  const module = read(main);
  const workspace = workspaceOf(main, texts);
  const libraries =
    workspace === undefined
      ? []
      : modulesOf(files, folders)
          .filter((file) => file !== main)
          .map(read);
  const imported = isShared(main, folders) ? importsOf(texts) : undefined;
  const sum = texts.get(posix.join(posix.dirname(main), 'go.sum'));
  const requirements = [
    ...module.requirements.filter((each) => imported === undefined || isReached(each, module, imported)),
    // A library's own requirements are its own business in the eyes of the service.
    ...libraries.flatMap((each) => each.requirements).map((each) => ({ ...each, isIndirect: true })),
    // Modules of before 1.17 list what they need themselves only.
    ...(isComplete(module) || sum === undefined ? [] : parseGoSum(sum)),
  ];
  const replacements = [module, ...(workspace === undefined ? [] : [read(workspace)])].flatMap(
    (each) => each.replacements,
  );
  return { dependencies: selected(module, requirements, replacements), unknown };
}

/** The `go.mod` in the service's folder, or else the nearest one above it. */
function mainModule(files: readonly string[], { root }: Folders): string | undefined {
  const modules = files.filter((file) => posix.basename(file) === 'go.mod');
  const above = modules.filter((file) => isBelow(posix.dirname(file), `${root}/`));
  const inside = modules.filter((file) => isBelow(root, file)).sort((a, b) => depth(a) - depth(b));
  return above.sort((a, b) => depth(b) - depth(a))[0] ?? inside[0];
}

function depth(file: string): number {
  return file.split('/').length;
}

/** Reports whether a `go.mod` lies outside the service's folder, so that it may be that of other services too. */
function isShared(main: string, { root }: Folders): boolean {
  return !isBelow(root, main);
}

/** The modules of the projects that a service is made of. */
function modulesOf(files: readonly string[], { projectRoots }: Folders): string[] {
  return files.filter((file) => posix.basename(file) === 'go.mod' && projectRoots.some((root) => isBelow(root, file)));
}

/** The nearest `go.work` that uses a module. */
function workspaceOf(main: string, texts: DependencyFiles['texts']): string | undefined {
  const folder = posix.dirname(main);
  const above = [...texts.keys()].filter(
    (file) => posix.basename(file) === 'go.work' && isBelow(posix.dirname(file), `${folder}/`),
  );
  const nearest = above.sort((a, b) => depth(b) - depth(a))[0];
  if (nearest === undefined) return undefined;
  const used = parseGoModuleFile(texts.get(nearest)!).folders.filter(({ module }) => module === undefined);
  const isUsed = used.some((use) => pathFrom(posix.dirname(nearest), use.folder, { root: '/' }) === folder);
  return isUsed ? nearest : undefined;
}

function isSource(path: string): boolean {
  return path.endsWith('.go') && !path.endsWith('_test.go');
}

function importsOf(texts: DependencyFiles['texts']): string[] {
  const sources = [...texts].filter(([path]) => isSource(path));
  return [...new Set(sources.flatMap(([, text]) => parseGoImports(text).map((each) => each.package)))];
}

/**
 * Reports whether a service needs a module of a `go.mod` that it shares: one that its sources import. Of what only other
 * modules need it cannot be told from files whose it is, so that counts for all.
 */
function isReached(
  { module, isIndirect }: GoRequirement,
  { requirements }: GoModule,
  imported: readonly string[],
): boolean {
  if (isIndirect) return true;
  return imported.some((name) => {
    if (!isBelow(module, `${name}/`)) return false;
    // The longest path is meant, as in Go.
    return !requirements.some((other) => other.module.length > module.length && isBelow(other.module, `${name}/`));
  });
}

/** Since Go 1.17 a `go.mod` lists all modules that its packages are made of. */
function isComplete({ go }: GoModule): boolean {
  return (compareVersions(go.get('go') ?? '0', '1.17') ?? 0) >= 0;
}

function selected(
  { go }: GoModule,
  requirements: readonly GoRequirement[],
  replacements: GoModule['replacements'],
): Dependencies {
  const found = new Map<string, Dependency>();
  for (const [name, version] of go) found.set(name, { versions: [version], isDirect: true });
  for (const { module, version, isIndirect } of requirements) {
    const known = found.get(module);
    const isOlder = known !== undefined && (compareVersions(version, known.versions[0]!) ?? 1) < 0;
    found.set(module, {
      versions: isOlder ? known.versions : [version],
      isDirect: known?.isDirect === true || !isIndirect,
    });
  }
  for (const { module, version, target } of replacements) {
    const known = found.get(module);
    // A replacement counts for what is required only, of one version or all.
    if (known !== undefined && (version === undefined || known.versions.includes(version)))
      found.set(module, { ...known, versions: [target] });
  }
  return found;
}
