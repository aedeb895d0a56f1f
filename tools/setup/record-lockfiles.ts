// Records lock files as the package managers write them, before and after an upgrade of one package:
//
//   npx tsx tools/setup/record-lockfiles.ts
//
// The managers themselves come from the registry that npm is set to. That registry is named in no recorded file.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withPublicAddresses } from './public-addresses.ts';

const recorded = join(import.meta.dirname, '../plugin/src/nx/graph/packages/recorded');
const versions = ['pnpm@9.15.9', 'yarn@1.22.22', '@yarnpkg/cli-dist@4.9.1', 'bun@1.3.0'];

/** A service needs `debug`, and with it `ms`; another one `is-odd`, and with it `is-number`. The second is upgraded. */
const sides = { before: '2.0.0', after: '3.0.1' };

interface Manager {
  readonly lockFile: string;
  /** Of a package among the managers; npm itself is here. */
  readonly program?: string;
  readonly commands: readonly (readonly string[])[];
  readonly files?: Readonly<Record<string, string>>;
}

const npmLock = ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'];

const managers: Readonly<Record<string, Manager>> = {
  npm: { lockFile: 'package-lock.json', commands: [npmLock] },
  shrinkwrap: { lockFile: 'npm-shrinkwrap.json', commands: [npmLock, ['shrinkwrap']] },
  pnpm: {
    lockFile: 'pnpm-lock.yaml',
    program: 'pnpm/bin/pnpm.cjs',
    commands: [['install', '--lockfile-only', '--ignore-scripts']],
  },
  'yarn-1': {
    lockFile: 'yarn.lock',
    program: 'yarn/bin/yarn.js',
    commands: [['install', '--ignore-scripts', '--non-interactive']],
  },
  'yarn-4': {
    lockFile: 'yarn.lock',
    program: '@yarnpkg/cli-dist/bin/yarn.js',
    commands: [['install', '--mode=update-lockfile']],
    // Without a lock file of its own, a folder would be taken for a part of what lies above it.
    files: { '.yarnrc.yml': 'nodeLinker: node-modules\nenableTelemetry: false\n', 'yarn.lock': '' },
  },
  bun: {
    lockFile: 'bun.lock',
    program: '.bin/bun',
    commands: [['install', '--lockfile-only', '--ignore-scripts']],
  },
};

const folder = mkdtempSync(join(tmpdir(), 'record-lockfiles-'));
try {
  const registry = run(folder, 'npm', ['config', 'get', 'registry']).trim();
  run(folder, 'npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', ...versions]);
  for (const [name, manager] of Object.entries(managers))
    for (const [side, version] of Object.entries(sides)) record(name, manager, { side, version, registry });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function record(
  name: string,
  { lockFile, program, commands, files = {} }: Manager,
  { side, version, registry }: { readonly side: string; readonly version: string; readonly registry: string },
): void {
  const workspace = join(folder, `${name}-${side}`);
  mkdirSync(workspace);
  const manifest = {
    name: 'shop',
    version: '0.0.0',
    private: true,
    dependencies: { debug: '4.3.4', 'is-odd': version },
  };
  for (const [file, text] of Object.entries({ ...files, 'package.json': `${JSON.stringify(manifest)}\n` }))
    writeFileSync(join(workspace, file), text);
  for (const command of commands) {
    if (program === undefined) run(workspace, 'npm', command);
    else if (program.startsWith('.bin/')) run(workspace, join(folder, 'node_modules', program), command);
    else run(workspace, process.execPath, [join(folder, 'node_modules', program), ...command]);
  }
  const path = join(workspace, lockFile);
  writeFileSync(path, withPublicAddresses(readFileSync(path, 'utf8'), registry));
  const kept = join(recorded, name, side);
  mkdirSync(kept, { recursive: true });
  cpSync(path, join(kept, lockFile));
}

function run(cwd: string, program: string, args: readonly string[]): string {
  const env = { ...process.env, YARN_CACHE_FOLDER: join(folder, 'cache'), YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' };
  return execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
