import { goDependencies, goFiles } from './go-dependencies.ts';

const folders = { root: 'apps/a', projectRoots: ['apps/a', 'libs/x'] };

function read(files: Readonly<Record<string, string>>) {
  const wanted = goFiles(Object.keys(files), folders);
  const texts = new Map(wanted.map((path) => [path, files[path]!]));
  return goDependencies({ ...folders, packages: [], texts, describe: (file) => `${file} at 1a2b3c` });
}

const versionsOf = (files: Readonly<Record<string, string>>) =>
  Object.fromEntries([...read(files).dependencies].map(([name, { versions }]) => [name, versions]));

describe('goDependencies', () => {
  it('reads requirements, alone and in blocks, and replacements', () => {
    const text = [
      'module example.com/inventory // ours',
      'go 1.22',
      'require example.com/a v1.0.0',
      'require (',
      '\texample.com/b v1.2.3 // indirect',
      '\t"example.com/c" v0.1.0',
      '\t// example.com/no v1.0.0',
      ')',
      'exclude example.com/x v1.0.0',
      'replace example.com/c => ../c',
      'replace (',
      '  example.com/b v1.2.3 => example.com/fork v9.0.0',
      '  example.com/a v7.0.0 => example.com/other v1.0.0',
      ')',
    ].join('\r\n');
    expect(versionsOf({ 'apps/a/go.mod': text })).toEqual({
      go: ['1.22'],
      'example.com/a': ['v1.0.0'],
      'example.com/b': ['example.com/fork v9.0.0'],
      'example.com/c': ['../c'],
    });
  });

  it('tells direct from indirect requirements, and the toolchain', () => {
    const text =
      'module a\ngo 1.23.0\ntoolchain go1.24.1\nrequire (\n\tx.org/a v1.0.0\n\tx.org/b v1.0.0 // indirect\n)\n';
    expect(Object.fromEntries(read({ 'apps/a/go.mod': text }).dependencies)).toEqual({
      go: { versions: ['1.23.0'], isDirect: true },
      toolchain: { versions: ['go1.24.1'], isDirect: true },
      'x.org/a': { versions: ['v1.0.0'], isDirect: true },
      'x.org/b': { versions: ['v1.0.0'], isDirect: false },
    });
  });

  it('leaves out of a shared go.mod what the service does not import', () => {
    const files = {
      'go.mod':
        'module example.com/all\ngo 1.23\nrequire (\n\tx.org/a v1.0.0\n\tx.org/a/v2 v2.0.0\n\tx.org/b v1.0.0\n\tx.org/ab v1.0.0\n\tx.org/t v1.0.0\n\tx.org/far v1.0.0 // indirect\n)\n',
      'apps/a/main.go': 'package main\nimport (\n\t"fmt"\n\t"x.org/a/v2/sub"\n)\n',
      'apps/a/main_test.go': 'package main\nimport "x.org/t"\n',
      'libs/x/x.go': 'package x\nimport "x.org/ab"\n',
    };
    expect(Object.keys(versionsOf(files)).sort()).toEqual(['go', 'x.org/a/v2', 'x.org/ab', 'x.org/far']);
    // The same of a module of its own: nothing is looked at but go.mod.
    const own = { 'apps/a/go.mod': files['go.mod'], 'apps/a/main.go': 'package main\n' };
    expect(Object.keys(versionsOf(own))).toContain('x.org/b');
    expect(goFiles(Object.keys(own), folders)).toEqual(['apps/a/go.mod']);
  });

  it('takes the highest version where go.work builds modules together, and no other module', () => {
    const files = {
      'go.work': 'go 1.23\nuse (\n\t./apps/a\n\t./libs/x\n)\nreplace x.org/r => ../fork\n',
      'apps/a/go.mod': 'module a\ngo 1.23\nrequire x.org/a v1.9.0\n',
      'libs/x/go.mod': 'module x\ngo 1.23\nrequire (\n\tx.org/a v1.10.0\n\tx.org/r v1.0.0\n)\n',
    };
    expect(versionsOf(files)).toEqual({ go: ['1.23'], 'x.org/a': ['v1.10.0'], 'x.org/r': ['../fork'] });
    const { 'go.work': _, ...withoutWork } = files;
    expect(versionsOf(withoutWork)).toEqual({ go: ['1.23'], 'x.org/a': ['v1.9.0'] });
    expect(versionsOf({ ...files, 'go.work': 'go 1.23\nuse ./apps/b\n' })).toEqual({
      go: ['1.23'],
      'x.org/a': ['v1.9.0'],
    });
  });

  it('looks into go.sum for modules of before Go 1.17', () => {
    const sum =
      'x.org/a v1.0.0 h1:x=\nx.org/b v1.0.0/go.mod h1:x=\nx.org/b v1.2.0 h1:x=\nx.org/b v1.2.0/go.mod h1:x=\n';
    const files = (go: string) => ({
      'apps/a/go.mod': `module a\ngo ${go}\nrequire x.org/a v1.0.0\n`,
      'apps/a/go.sum': sum,
    });
    expect(versionsOf(files('1.16'))).toEqual({ go: ['1.16'], 'x.org/a': ['v1.0.0'], 'x.org/b': ['v1.2.0'] });
    expect(versionsOf(files('1.17'))).toEqual({ go: ['1.17'], 'x.org/a': ['v1.0.0'] });
  });

  it('says of a file with marks of a conflict that it cannot be read', () => {
    const text = 'module a\n<<<<<<< HEAD\ngo 1.23\n=======\ngo 1.24\n>>>>>>> other\n';
    expect(read({ 'apps/a/go.mod': text }).unknown).toEqual([
      expect.stringMatching(/^apps\/a\/go.mod at 1a2b3c: .*conflict/),
    ]);
  });
});
