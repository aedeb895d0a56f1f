import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmProblems } from './lockfile.ts';

it.each(['package-lock.json', 'tools/docs/site/package-lock.json'])(
  '%s installs packages of a registry only, each with a digest',
  (path) => {
    const lockfile = JSON.parse(readFileSync(join(import.meta.dirname, '../..', path), 'utf8')) as never;
    expect(npmProblems(lockfile)).toEqual([]);
  },
);

it.each([
  ['no digest', { version: '1.0.0' }, 'has no sha512 digest'],
  ['a weak digest', { version: '1.0.0', integrity: 'sha1-abc=' }, 'has no sha512 digest'],
  [
    'git',
    { version: '1.0.0', integrity: `sha512-${'a'.repeat(86)}==`, resolved: 'git+ssh://git@h/x.git#1' },
    'git+ssh',
  ],
  ['a file of the web', { integrity: `sha512-${'a'.repeat(86)}==`, resolved: 'https://h/x.tgz' }, 'https://h/x.tgz'],
  ['a folder', { resolved: '../x', link: true }, '../x'],
])('finds a package of %s', (_, entry, problem) => {
  const packages: Record<string, object> = { '': {}, 'node_modules/x': entry };
  expect(npmProblems({ lockfileVersion: 3, packages })).toEqual([expect.stringContaining(problem)]);
});

it('finds a lockfile that cannot be judged', () => {
  expect(npmProblems({ lockfileVersion: 1, packages: {} })).toEqual([expect.stringContaining('version 1')]);
});

it('finds packages whose install scripts nobody has looked at', () => {
  const integrity = `sha512-${'a'.repeat(86)}==`;
  const packages = {
    'node_modules/x': { integrity, hasInstallScript: true },
    'node_modules/nx': { integrity, hasInstallScript: true },
  };
  expect(npmProblems({ lockfileVersion: 3, packages })).toEqual([
    'node_modules/x runs a script when it is installed, and is not in the list.',
  ]);
});
