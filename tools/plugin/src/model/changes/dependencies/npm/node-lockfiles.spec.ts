import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dependencyChanges, describeDependencyChange, type Dependencies } from '../dependency-changes.ts';
import { nodeDependencies, nodeFiles, parseNodeLockfile } from './node-dependencies.ts';
import { changedPackages, installedFor, type NodeLockfile } from './node-lockfile.ts';
import { parseNpmLockfile } from './npm-lockfile.ts';

const lockfile = (packages: object) =>
  parseNpmLockfile(JSON.stringify({ lockfileVersion: 3, packages })) as NodeLockfile;
const versionsOf = (all: Dependencies) => Object.fromEntries([...all].map(([name, { versions }]) => [name, versions]));

/** A lock file that its package manager wrote, before and after a change. */
const recorded = (folder: string, file: string) =>
  readFileSync(join(import.meta.dirname, '../recorded', folder, file), 'utf8');

describe('installedFor', () => {
  const packages = {
    '': { dependencies: { a: '*', unrelated: '*' } },
    'libs/money': { name: 'money' },
    'node_modules/money': { resolved: 'libs/money', link: true },
    'node_modules/a': { version: '1.0.0', dependencies: { b: '*', '@s/c': '*' }, optionalDependencies: { gone: '*' } },
    'node_modules/a/node_modules/b': { version: '2.0.0', dependencies: { d: '*' }, peerDependencies: { a: '*' } },
    'node_modules/b': { version: '1.0.0' },
    'node_modules/@s/c': { version: '3.0.0', dependencies: { b: '*' } },
    'node_modules/d': { version: '4.0.0' },
    'node_modules/unrelated': { version: '9.0.0', dependencies: { d: '*' } },
  };

  it('follows what is needed as Node does, and nothing else', () => {
    expect(versionsOf(installedFor(lockfile(packages), ['a', 'money', 'missing']))).toEqual({
      a: ['1.0.0'],
      b: ['2.0.0', '1.0.0'],
      '@s/c': ['3.0.0'],
      d: ['4.0.0'],
    });
  });

  it('ends, and never breaks, whatever the lockfile holds', () => {
    const place = fc.constantFrom('node_modules/a', 'node_modules/b', 'node_modules/a/node_modules/a', '', '__proto__');
    const entry = fc.oneof(
      fc.jsonValue(),
      fc.record({ dependencies: fc.dictionary(fc.constantFrom('a', 'b'), fc.jsonValue()) }),
    );
    fc.assert(
      fc.property(fc.dictionary(place, entry), (any) => void installedFor(lockfile(any), ['a', 'b', '__proto__', ''])),
    );
  });

  it.each([
    ['', 'It is not JSON.'],
    ['<<<<<<< HEAD', 'It is not JSON.'],
    ['null', 'no "packages"'],
    ['{"lockfileVersion":1,"dependencies":{}}', 'no "packages"'],
    ['{"packages":[]}', 'no "packages"'],
    ['<<<<<<< HEAD\n=======\n>>>>>>> other\n', 'merge conflict'],
  ])('tells of %j', (text, reason) => expect(parseNpmLockfile(text)).toContain(reason));
});

/** What the recorded lock files are of: a root with `debug`, and a project with `chalk` and one package more. */
const manifest = (side: string, own: object) => ({
  'package.json': JSON.stringify({
    dependencies: { debug: side === 'before' ? '4.3.4' : '4.4.0', 'left-pad': '1.3.0' },
    devDependencies: { semver: '7.6.0' },
  }),
  'apps/orders/package.json': JSON.stringify({
    dependencies: { chalk: side === 'before' ? '4.1.2' : '4.1.0', ...own },
  }),
});

const service = { root: 'apps/orders', projectRoots: ['apps/orders', 'libs/money'], packages: ['debug'] };

function read(files: Readonly<Record<string, string>>) {
  const texts = new Map(nodeFiles(service).flatMap((path) => (files[path] === undefined ? [] : [[path, files[path]]])));
  return nodeDependencies({ ...service, texts, describe: (file) => `${file} at 1a2b3c` });
}

describe('nodeDependencies', () => {
  const commit = {
    before: 'f181633156644f32180e52d9b32e55c9d413656b',
    after: '62d55b23b2e375435e8040ab9138433902b30342',
  };
  const ms = 'ms 2.1.2, 2.1.3 → 2.1.3';
  const git = (address: string) => `own 1.0.0 (from ${address}#${commit.after}, before ${address}#${commit.before})`;
  const [https, gitHttps] = ['https://git.example/own', 'git+https://git.example/own'];
  // The entry of pnpm 7 does not say the package's name.
  const ofPnpm5 = `git.example/own ${commit.before} → ${commit.after} (from ${https}#${commit.after}, before ${https}#${commit.before})`;
  it.each([
    ['npm', 'package-lock.json', 'json', [ms, git(gitHttps)]],
    ['pnpm-5', 'pnpm-lock.yaml', 'yaml', [ofPnpm5, ms]],
    ['pnpm-9', 'pnpm-lock.yaml', 'yaml', [ms, git(https)]],
    ['yarn-1', 'yarn.lock', 'lock', [ms, git(gitHttps)]],
    ['bun', 'bun.lock', 'lock', [ms, `own ${gitHttps}#${commit.before} → ${gitHttps}#${commit.after}`]],
    ['pnpm-6', 'pnpm-lock.yaml', 'yaml', undefined],
    ['yarn-4', 'yarn.lock', 'lock', undefined],
  ])('reads a lock file of %s', (folder, file, extension, own) => {
    const sides = ['before', 'after'].map((side) => {
      const more = own
        ? { own: `git+https://git.example/own#${commit[side as 'before']}` }
        : { 'is-odd': side === 'before' ? '2.0.0' : '3.0.1' };
      const found = read({ [file]: recorded(folder, `${side}.${extension}`), ...manifest(side, more) });
      expect(found.unknown).toEqual([]);
      // Neither what nobody of the service needs, nor what is for those who develop.
      expect(found.dependencies.has('left-pad') || found.dependencies.has('semver')).toBe(false);
      expect(found.dependencies.get('chalk')?.isDirect).toBe(true);
      expect(found.dependencies.get('color-name')).toMatchObject({ versions: ['1.1.4'], isDirect: false });
      return found.dependencies;
    });
    const told = dependencyChanges('npm', sides[0]!, sides[1]!).map(describeDependencyChange);
    const shared = ['chalk 4.1.2 → 4.1.0 (downgrade)', 'debug 4.3.4 → 4.4.0'];
    expect(told).toEqual([
      ...shared,
      ...(own ?? ['is-number 4.0.0 → 6.0.0', 'is-odd 2.0.0 → 3.0.1', 'ms 2.1.2 → 2.1.3']),
    ]);
    const [before, after] = ['before', 'after'].map((side) =>
      parseNodeLockfile(file, recorded(folder, `${side}.${extension}`)),
    );
    const changed = changedPackages(before as NodeLockfile, after as NodeLockfile);
    const ownName = folder === 'pnpm-5' ? ['chalk', 'debug', 'git.example/own', 'ms'] : ['chalk', 'debug', 'ms', 'own'];
    expect([...changed].sort()).toEqual(own ? ownName : ['chalk', 'debug', 'is-number', 'is-odd', 'ms']);
  });

  it('reads what pnpm writes seldom as what it writes mostly', () => {
    const lock = (b: string) => `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      debug:
        specifier: '*'
        version: npm-debug@1.0.0(p@2.0.0)
packages:
  npm-debug@1.0.0:
    resolution: {integrity: sha512-x==}
    peerDependencies:
      p: ^1 || ^2
  b@file:x.tgz: {resolution: {integrity: sha512-y==, tarball: file:x.tgz}, version: 3.0.0}
  p@2.0.0:
    resolution: {integrity: sha512-z==}
snapshots:
  'npm-debug@1.0.0(p@2.0.0)':
    dependencies:
${b}
      p: 2.0.0
    transitivePeerDependencies:
      - supports-color
  b@file:x.tgz: {}
  p@2.0.0: {}
`;
    for (const b of ['      b: file:x.tgz', '      "b": "file:x.tgz"', '      b: # why\n        file:x.tgz']) {
      const found = read({ 'pnpm-lock.yaml': lock(b) });
      expect(Object.fromEntries(found.dependencies)).toEqual({
        'npm-debug': { versions: ['1.0.0'], source: undefined, isDirect: false },
        b: { versions: ['3.0.0'], source: 'file:x.tgz', isDirect: false },
        p: { versions: ['2.0.0'], source: undefined, isDirect: false },
      });
    }
  });

  it('reads the lock file of a project of its own', () => {
    const own = { packages: { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } } };
    const found = read({
      'package-lock.json': JSON.stringify({
        packages: { 'node_modules/debug': { version: '1.0.0' }, 'node_modules/a': { version: '9.0.0' } },
      }),
      'libs/money/package.json': JSON.stringify({ dependencies: { a: '*' } }),
      'libs/money/package-lock.json': JSON.stringify(own),
    });
    expect(versionsOf(found.dependencies)).toEqual({ debug: ['1.0.0'], a: ['1.0.0'] });
  });

  it.each([
    [{}, 'package-lock.json at 1a2b3c: There is no such file.'],
    [{ 'yarn.lock': 'surely none' }, 'yarn.lock at 1a2b3c: It is not laid out as Yarn does.'],
    [{ 'pnpm-lock.yaml': 'a: b' }, 'pnpm-lock.yaml at 1a2b3c: It has no "lockfileVersion", as lockfiles of pnpm have.'],
    [
      { 'pnpm-lock.yaml': "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies: [}\n" },
      'pnpm-lock.yaml at 1a2b3c: An entry of it is not YAML.',
    ],
    [{ 'bun.lock': '{' }, 'bun.lock at 1a2b3c: It is not JSON, as Bun writes it.'],
    [{ 'bun.lockb': '\0' }, expect.stringContaining('bun.lockb at 1a2b3c: It is binary.')],
    [
      { 'pnpm-lock.yaml': '<<<<<<< HEAD\nlockfileVersion: 1\n=======\n>>>>>>> other' },
      'pnpm-lock.yaml at 1a2b3c: It holds the marks of a merge conflict (`<<<<<<<`).',
    ],
  ])('names the file that cannot be read: %j', (files, sentence) => {
    expect(read(files as Record<string, string>).unknown).toEqual([sentence]);
  });

  it.each(['pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'package-lock.json'])('reads any text as %s', (file) => {
    const pieces = fc.constantFrom(
      ...[
        "lockfileVersion: '9.0'",
        'importers:',
        '  .:',
        '    dependencies:',
        '      debug:',
        '        version: 1.0.0',
      ],
      ...[
        'packages:',
        'snapshots:',
        '  debug@1.0.0:',
        '  debug@1.0.0: {}',
        '---',
        '"debug@^1":',
        '  version "1"',
        '  version: 1',
      ],
      ...[
        '{"packages":{',
        '"debug":["debug@1"]',
        '}}',
        ',',
        '  dependencies:',
        '    debug "^1"',
        '    debug: ^1',
        '__proto__:',
      ],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), (lines) => {
        const { dependencies, unknown } = read({ [file]: lines.join('\n') });
        expect(unknown.length === 0 || dependencies.size === 0).toBe(true);
      }),
    );
  });
});
