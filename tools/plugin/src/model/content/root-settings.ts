import { parse as parseJsonc, type ParseError } from 'jsonc-parser';
import { parse as parseYaml } from 'yaml';
import { countedTarget } from '../build/build-content.ts';
import { packagesPatchedBy } from './patched-packages.ts';
import type { Concern, SettingPart } from './setting-part.ts';

/** Files that count as they are. */
const wholeFiles: readonly string[] = [
  ...['.npmrc', '.yarnrc', '.pnpmfile.cjs', '.pnpmfile.mjs', 'bunfig.toml'],
  ...['.browserslistrc', 'browserslist', '.swcrc', '.babelrc', '.babelrc.json'],
  ...['js', 'cjs', 'mjs', 'json'].map((extension) => `babel.config.${extension}`),
];

/** Files of which some fields count, by how these are found. */
const readers: Readonly<Record<string, (text: string) => SettingPart[]>> = {
  'package.json': (text) => ofManifest(jsonOf(text)),
  'pnpm-workspace.yaml': (text) => ofInstallation(parseYaml(text)),
  '.yarnrc.yml': (text) => ofInstallation(parseYaml(text)),
  'nx.json': (text) => ofNx(jsonOf(text)),
  ...Object.fromEntries(
    ['tsconfig.json', 'tsconfig.base.json', 'tsconfig.build.json', 'tsconfig.options.json'].map((file) => [
      file,
      (text: string) => ofTypeScript(jsonOf(text)),
    ]),
  ),
};

const patchFolders: readonly string[] = ['patches', '.yarn/patches'];

/** Files and folders at the root of a workspace that say how services are built, or what is installed for them. */
export const rootSettings: readonly string[] = [...wholeFiles, ...Object.keys(readers), ...patchFolders];

/** Reports whether a file is one of them, or lies in one. */
export function isRootSetting(path: string): boolean {
  return rootSettings.some((each) => path === each || path.startsWith(`${each}/`));
}

/** Reports whether only some fields of a file count, so that its text is needed. */
export function isReadInParts(path: string): boolean {
  return Object.hasOwn(readers, path);
}

/**
 * Returns what a file at the root says, each part with whom it concerns. Versions are no part of it: those that a service gets are
 * in the lock file.
 * @param text of a file that is read in parts; of any other its blob's name will do.
 */
export function settingParts(path: string, text: string): SettingPart[] {
  const whole = (concern: Concern): SettingPart[] => [{ key: '', text, concern }];
  if (patchFolders.some((folder) => path.startsWith(`${folder}/`))) {
    const names = packagesPatchedBy(path);
    return whole(names.length === 0 ? { of: 'node' } : { of: 'packages', names });
  }
  if (!isReadInParts(path)) return whole({ of: 'node' });
  try {
    return readers[path]!(text);
  } catch {
    // Whoever reads it for good tells what is wrong with it.
    return whole({ of: 'node' });
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function jsonOf(text: string): Fields {
  const errors: ParseError[] = [];
  const value: unknown = parseJsonc(text.replace(/^\uFEFF/, ''), errors, { allowTrailingComma: true });
  if (errors.length > 0) throw new Error('It is not JSON.');
  return fieldsOf(value);
}

function without(fields: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function part(key: string, value: unknown, concern: Concern): SettingPart[] {
  return value === undefined ? [] : [{ key, text: JSON.stringify(value), concern }];
}

const ofNode: Concern = { of: 'node' };

/** Tables whose entries are about packages. */
const packageTables: readonly string[] = [
  ...['catalog', 'catalogs', 'overrides', 'resolutions', 'patchedDependencies', 'packageExtensions'],
  ...['dependenciesMeta', 'allowBuilds', 'onlyBuiltDependencies', 'neverBuiltDependencies', 'trustedDependencies'],
];

/** How packages are installed, as pnpm and Yarn have it in a file of their own. */
function ofInstallation(value: unknown): SettingPart[] {
  // Where projects are says the graph; which version of the manager is used changes nothing that a lock file holds.
  const ignored = ['packages', 'updateConfig', 'auditConfig', 'yarnPath', 'enableTelemetry'];
  return Object.entries(without(fieldsOf(value), ...ignored)).flatMap(([name, each]) =>
    packageTables.includes(name) ? entriesOf(name, each) : part(name, each, ofNode),
  );
}

/** The entries of a table about packages: each concerns those that have one of the packages which it names. */
function entriesOf(table: string, value: unknown): SettingPart[] {
  const entries = Array.isArray(value)
    ? value.map((each) => [String(each), true] as const)
    : Object.entries(fieldsOf(value));
  return entries.flatMap(([name, each]) => {
    if (table === 'catalogs') return entriesOf(`catalogs ${name}`, each);
    const names = `${name} ${JSON.stringify(each)}`.match(/(@[\w.~-]+\/)?[\w.~-]+/g) ?? [];
    return part(`${table} ${name}`, each, /^\W*$/.test(name) ? ofNode : { of: 'packages', names: [...new Set(names)] });
  });
}

function ofManifest(manifest: Fields): SettingPart[] {
  return [
    ...['browserslist', 'babel', 'type', 'imports'].flatMap((name) => part(name, manifest[name], ofNode)),
    ...packageTables.flatMap((table) => entriesOf(table, manifest[table])),
    ...['catalog', 'catalogs'].flatMap((table) => entriesOf(table, fieldsOf(manifest['workspaces'])[table])),
    ...ofInstallation(manifest['pnpm']).map((each) => ({ ...each, key: `pnpm ${each.key}` })),
  ];
}

/** Which files are compiled and where projects are is said by the projects; an alias concerns those it leads to. */
function ofTypeScript(config: Fields): SettingPart[] {
  const options = fieldsOf(config['compilerOptions']);
  const rest = {
    ...without(config, '$schema', 'references', 'files', 'include', 'exclude', 'ts-node'),
    compilerOptions: without(options, 'paths'),
  };
  const base = typeof options['baseUrl'] === 'string' ? options['baseUrl'].replace(/^\.\/?|\/+$/g, '') : '';
  const aliases = Object.entries(fieldsOf(options['paths'])).flatMap(([alias, targets]) => {
    const written = (Array.isArray(targets) ? targets : [targets]).map(String);
    const paths = written.map((path) => `${base === '' ? '' : `${base}/`}${path.replace(/^\.\//, '')}`);
    return part(`paths ${alias}`, targets, { of: 'paths', paths });
  });
  return [...part('', rest, ofNode), ...aliases];
}

/** Which files a target reads and makes, and whether it is run again, is not what it makes. */
function ofNx(config: Fields): SettingPart[] {
  const ignored = ['inputs', 'outputs', 'cache', 'parallelism', 'continuous', 'metadata'];
  return Object.entries(fieldsOf(config['targetDefaults'])).flatMap(([target, value]) => {
    const entries = Array.isArray(value)
      ? value.map((each) => countedTarget(without(fieldsOf(each), ...ignored)))
      : undefined;
    const counted = entries ?? countedTarget(without(fieldsOf(value), ...ignored));
    return Object.keys(counted).length === 0 ? [] : part(target, counted, { of: 'target', target });
  });
}
