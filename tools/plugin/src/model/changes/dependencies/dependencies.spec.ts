import fc from 'fast-check';
import { dependencyChanges, describeDependencyChange, type Dependencies } from './dependency-changes.ts';
import { parseGoModule } from './go-module.ts';
import { installedFor, parseNpmLockfile, type NpmLockfile } from './npm-lockfile.ts';
import { parsePythonRequirements } from './python-requirements.ts';

const lockfile = (packages: object) =>
  parseNpmLockfile(JSON.stringify({ lockfileVersion: 3, packages })) as NpmLockfile;
const told = (before: Dependencies, after: Dependencies) =>
  dependencyChanges('npm', before, after).map(describeDependencyChange);

describe('dependencyChanges', () => {
  it('tells what was added, removed and replaced', () => {
    const before = new Map([
      ['a', ['1.0.0']],
      ['b', ['1.2.3']],
      ['c', ['1.0.0', '2.0.0']],
      ['e', ['1.0.0']],
    ]);
    const after = new Map([
      ['b', ['1.3.0']],
      ['c', ['2.0.0', '1.0.0']],
      ['d', ['4.0.0']],
      ['e', ['1.0.0', '2.0.0']],
    ]);
    expect(told(before, after)).toEqual(['- a 1.0.0', 'b 1.2.3 → 1.3.0', '+ d 4.0.0', 'e 1.0.0 → 1.0.0, 2.0.0']);
  });

  it('finds nothing in equals, and the way back is the way', () => {
    const any = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.array(fc.constantFrom('1', '2'), { minLength: 1 }));
    fc.assert(
      fc.property(any, any, (a, b) => {
        const [before, after] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
        expect(dependencyChanges('npm', before, before)).toEqual([]);
        const back = dependencyChanges('npm', after, before).map(({ from, to, ...rest }) => ({
          ...rest,
          from: to,
          to: from,
        }));
        expect(dependencyChanges('npm', before, after)).toEqual(back);
      }),
    );
  });
});

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
    expect(Object.fromEntries(installedFor(lockfile(packages), ['a', 'money', 'missing']))).toEqual({
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
  ])('tells of %j', (text, reason) => expect(parseNpmLockfile(text)).toContain(reason));
});

describe('parseGoModule', () => {
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
    expect(Object.fromEntries(parseGoModule(text))).toEqual({
      go: ['1.22'],
      'example.com/a': ['v1.0.0'],
      'example.com/b': ['example.com/fork v9.0.0'],
      'example.com/c': ['../c'],
    });
  });
});

describe('parsePythonRequirements', () => {
  it('reads what is asked for', () => {
    const text = [
      '# tools',
      '-r other.txt',
      '--index-url https://me:s3cret@pypi.example/simple',
      'Flask_Login==1.0  # why',
      'requests[socks] >= 2.0, <3 ; python_version > "3.8"',
      'attrs==23.1.0 \\',
      '    --hash=sha256:abc',
      'zope.interface',
      'own @ https://me:s3cret@git.example/own.zip',
      './local',
      'https://example.com/x.whl',
    ].join('\r\n');
    expect(Object.fromEntries(parsePythonRequirements(text))).toEqual({
      'flask-login': ['1.0'],
      requests: ['>= 2.0, <3'],
      attrs: ['23.1.0'],
      'zope-interface': ['any version'],
      own: ['@ https://git.example/own.zip'],
    });
  });
});

it.each([parseGoModule, parsePythonRequirements])('reads any text: %p', (parse) => {
  const word = fc.constantFrom(
    'require',
    '(',
    ')',
    'replace',
    '=>',
    'a',
    'v1',
    '\n',
    ' ',
    '==',
    '[',
    '__proto__',
    '\\\n',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ unit: 'binary' }))), (words) => void parse(words.join(' '))),
  );
});
