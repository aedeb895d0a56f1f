import { mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installOnce } from './installed-once.ts';
import { npmSettings } from './local-registry.ts';

/** A package manager that a foreign workspace uses. */
export interface PackageManager {
  readonly name: string;
  /** Files of a workspace that name the registry, by their names. */
  settings(registry: string): Readonly<Record<string, string>>;
  /** Installs what package.json asks for. */
  readonly install: readonly string[];
  /** Before a program of a package. */
  readonly exec: readonly string[];
  /** The npm package that it comes in, at which version; undefined for what this machine has. */
  readonly comesAs?: { readonly name: string; readonly version: string; readonly programs: readonly string[] };
}

const yarnProgram = { name: '@yarnpkg/cli-dist', version: '^4', programs: ['node_modules/.bin'] } as const;

/** The package managers of the matrix. */
export const packageManagers = {
  npm: {
    name: 'npm',
    settings: (registry) => ({ '.npmrc': npmSettings(registry) }),
    install: ['npm', 'install', '--ignore-scripts'],
    exec: ['npx', '--no'],
  },
  pnpm: {
    name: 'pnpm',
    settings: (registry) => ({ '.npmrc': npmSettings(registry), 'pnpm-workspace.yaml': 'packages: [apps/*]\n' }),
    install: ['pnpm', 'install', '--ignore-scripts', '--no-frozen-lockfile'],
    exec: ['pnpm', 'exec'],
    comesAs: { name: 'pnpm', version: '^10', programs: ['node_modules/.bin'] },
  },
  yarn: {
    name: 'yarn',
    settings: (registry) => ({ '.yarnrc.yml': yarnSettings(registry, 'node-modules') }),
    install: ['yarn', 'install', '--no-immutable'],
    exec: ['yarn', 'exec'],
    comesAs: yarnProgram,
  },
  yarnPnp: {
    name: "yarn with Plug'n'Play",
    settings: (registry) => ({ '.yarnrc.yml': yarnSettings(registry, 'pnp') }),
    install: ['yarn', 'install', '--no-immutable'],
    exec: ['yarn', 'exec'],
    comesAs: yarnProgram,
  },
  bun: {
    name: 'bun',
    settings: (registry) => ({ 'bunfig.toml': `[install]\nregistry = "${registry}"\n` }),
    install: ['bun', 'install', '--ignore-scripts'],
    exec: ['bunx', '--no-install'],
    // Its package would fetch, when it is installed, what lies beside it already.
    comesAs: { name: 'bun', version: '^1.4', programs: ['bin'] },
  },
} as const satisfies Record<string, PackageManager>;

function yarnSettings(registry: string, linker: string): string {
  return [
    `npmRegistryServer: ${registry}`,
    'unsafeHttpWhitelist: [127.0.0.1]',
    `nodeLinker: ${linker}`,
    'enableTelemetry: false',
    // Yarn installs nothing that was published less than a day ago, unless it is named here.
    'npmPreapprovedPackages: ["@poc/*"]',
    'enableScripts: false',
    'enableImmutableInstalls: false',
    '',
  ].join('\n');
}

/** Installs a package manager where it was not yet. @returns the PATH that has it. */
export async function pathWith({ name, comesAs }: PackageManager): Promise<string> {
  const path = process.env['PATH'] ?? '';
  if (!comesAs) return path;
  const manifest = { dependencies: { [comesAs.name]: comesAs.version } };
  const finish = name === 'bun' ? placeBun : undefined;
  const folder = await installOnce(`${name.split(' ')[0]}-${comesAs.version.replace(/^\W/, '')}`, manifest, finish);
  return [...comesAs.programs.map((place) => join(folder, place)), path].join(delimiter);
}

/** Puts the program of this machine where `bun` and `bunx` are looked for. */
function placeBun(folder: string): void {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const architecture = process.arch === 'arm64' ? 'aarch64' : 'x64';
  const program = `../node_modules/@oven/bun-${process.platform}-${architecture}/bin/bun`;
  for (const name of ['bun', 'bunx']) symlinkSync(program, join(bin, name));
}
