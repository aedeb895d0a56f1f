import { parse as parseYaml } from 'yaml';
import { Refusal } from '../errors/product-error.ts';

/** The package manager of a workspace, as its pipelines use it. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn' | 'yarn-classic' | 'bun';
  readonly lockFile: string;
  /** How npm installs it: `pnpm@9.15.9`. Undefined for npm, which comes with Node.js. */
  readonly program: string | undefined;
}

/** npm with its usual lock file. */
export const npm: PackageManager = { name: 'npm', lockFile: 'package-lock.json', program: undefined };

/** Lock files that tell package managers apart, in the order in which Nx looks for their lock files; npm's shrinkwrap goes before its other. */
const lockFiles: readonly (readonly [file: string, name: PackageManager['name']])[] = [
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['yarn.lock', 'yarn'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/**
 * Finds the package manager by the lock file, and its version in package.json (`packageManager`, or `devEngines`); where that says
 * none, the newest that writes lock files of this form.
 * @param read returns the text of a file at the workspace's root.
 * @throws {Refusal} when packages would not be in `node_modules`.
 */
export function findPackageManager(read: (path: string) => string | undefined): PackageManager {
  const found = lockFiles
    .map(([file, name]) => ({ file, name, text: read(file) }))
    .find(({ text }) => text !== undefined);
  if (found === undefined || found.name === 'npm') return { ...npm, lockFile: found?.file ?? npm.lockFile };
  const { file: lockFile, text = '' } = found;
  const isClassic = found.name === 'yarn' && !/^__metadata:/m.test(text);
  if (found.name === 'yarn' && !isClassic) refusePlugAndPlay(read('.yarnrc.yml') ?? '');
  const name = isClassic ? 'yarn-classic' : found.name;
  const version = versionIn(read('package.json') ?? '{}', found.name) ?? usualVersion(name, text);
  return { name, lockFile, program: `${packages[name]}@${version}` };
}

/** The packages that hold them. Yarn's later versions are in one of their own. */
const packages = { pnpm: 'pnpm', yarn: '@yarnpkg/cli-dist', 'yarn-classic': 'yarn', bun: 'bun' } as const;

function versionIn(manifest: string, name: string): string | undefined {
  let fields: { packageManager?: unknown; devEngines?: { packageManager?: unknown } };
  try {
    fields = JSON.parse(manifest) as typeof fields;
  } catch {
    return undefined;
  }
  // `pnpm@9.15.9+sha512.…`
  const [, ofField, version] = /^(\w+)@(\d[\w.-]*)/.exec(String(fields.packageManager ?? '')) ?? [];
  if (ofField === name) return version;
  const engine = [fields.devEngines?.packageManager].flat().find((each) => nameOf(each) === name);
  const said = String((engine as { version?: unknown } | undefined)?.version ?? '');
  return /^[\^~]?\d[\w.-]*$/.test(said) ? said : undefined;
}

function nameOf(engine: unknown): unknown {
  return (engine as { name?: unknown } | null | undefined)?.name;
}

function usualVersion(name: PackageManager['name'], lockfile: string): string {
  if (name !== 'pnpm') return name === 'yarn' ? '4' : '1';
  const [, format = '9'] = /^lockfileVersion: '?(\d+)/m.exec(lockfile) ?? [];
  return { '5': '7', '6': '8' }[format] ?? '10';
}

function refusePlugAndPlay(settings: string): void {
  let linker: unknown;
  try {
    linker = (parseYaml(settings) as { nodeLinker?: unknown } | null)?.nodeLinker;
  } catch {
    // Yarn tells what is wrong with it.
    return;
  }
  if (linker === 'node-modules' || linker === 'pnpm') return;
  throw new Refusal({
    type: 'no-node-modules',
    doing: 'generate the pipelines',
    reason: "Yarn is set to Plug'n'Play, with which there is no node_modules, and jobs start Nx from there.",
    remedy: 'Write `nodeLinker: node-modules` into .yarnrc.yml, and run `yarn install`.',
  });
}

/** How packages are installed exactly as the lock file has them, without any script of theirs. */
const installCommands: Readonly<Record<PackageManager['name'], string>> = {
  npm: 'npm ci --ignore-scripts',
  pnpm: 'pnpm install --frozen-lockfile --ignore-scripts',
  yarn: 'yarn install --immutable --mode=skip-build',
  'yarn-classic': 'yarn install --frozen-lockfile --ignore-scripts',
  bun: 'bun install --frozen-lockfile --ignore-scripts',
};

/**
 * Returns the command that installs the packages of the lock file. Their own scripts do not run: jobs hold credentials, and a
 * package that was taken over would read them. None that Nx or the plugin needs has to.
 */
export function installCommand({ name }: PackageManager): string {
  return installCommands[name];
}

/**
 * Returns the command that installs the package manager itself; undefined for npm. Bun's package holds a stand-in that its own
 * script replaces with the program for the machine; no other package has a script that would run then.
 */
export function programCommand({ name, program }: PackageManager): string | undefined {
  if (program === undefined) return undefined;
  return `npm install --global --ignore-scripts${name === 'bun' ? '=false' : ''} ${program}`;
}

/** The command that starts a program of the packages that were installed, with all of its arguments and its exit code. */
const runPrefixes: Readonly<Record<PackageManager['name'], string>> = {
  npm: 'npx',
  pnpm: 'pnpm exec',
  yarn: 'yarn',
  'yarn-classic': 'yarn --silent',
  bun: 'bunx',
};

/** Returns what stands before the name of a program of the workspace's packages: `pnpm exec`. */
export function runPrefix({ name }: PackageManager): string {
  return runPrefixes[name];
}

/**
 * Reports whether packages are kept between runs: where each is compared with the lock file when it is installed, even if it comes
 * from a cache. Bun and the first Yarn trust theirs.
 */
export function comparesPackages({ name }: PackageManager): boolean {
  return name === 'npm' || name === 'pnpm' || name === 'yarn';
}
