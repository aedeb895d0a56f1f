import fc from 'fast-check';
import { compareVersions } from './compare-versions.ts';
import {
  dependencyChanges,
  describeDependencyChange,
  type Dependencies,
  type Dependency,
} from './dependency-changes.ts';
import { parseGoModule } from './go/go-module.ts';
import { parsePythonRequirements } from './python/python-requirements.ts';

const versions = (entries: [string, string[]][]): Dependencies =>
  new Map(entries.map(([name, each]) => [name, { versions: each }]));
const told = (before: Dependencies, after: Dependencies) =>
  dependencyChanges('npm', before, after).map(describeDependencyChange);

describe('dependencyChanges', () => {
  it('tells what was added, removed and replaced', () => {
    const before = versions([
      ['a', ['1.0.0']],
      ['b', ['1.2.3']],
      ['c', ['1.0.0', '2.0.0']],
      ['e', ['1.0.0']],
    ]);
    const after = versions([
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
        const [before, after] = [versions(Object.entries(a)), versions(Object.entries(b))];
        expect(dependencyChanges('npm', before, before)).toEqual([]);
        const back = dependencyChanges('npm', after, before).map(({ from, to, isDowngrade: _, ...rest }) => ({
          ...rest,
          from: to,
          to: from,
        }));
        const forth = dependencyChanges('npm', before, after).map(({ isDowngrade: _, ...each }) => each);
        expect(forth).toEqual(back);
      }),
    );
  });

  it('tells a downgrade, a move, and another source', () => {
    const before = new Map<string, Dependency>([
      ['a', { versions: ['1.10.0'], isDirect: true }],
      ['b', { versions: ['1.0.0'], isDirect: false }],
      ['c', { versions: ['1.0.0'], source: 'https://git.example/c#1' }],
      ['d', { versions: ['1.0.0'] }],
      ['e', { versions: ['1.0.0', '2.0.0'] }],
    ]);
    const after = new Map<string, Dependency>([
      ['a', { versions: ['1.9.0'], isDirect: false }],
      ['b', { versions: ['1.0.0'], isDirect: true }],
      ['c', { versions: ['1.0.0'], source: 'https://git.example/c#2' }],
      ['d', { versions: ['1.1.0'], source: 'https://git.example/d#1' }],
      ['e', { versions: ['1.0.0'] }],
    ]);
    expect(told(before, after)).toEqual([
      'a 1.10.0 → 1.9.0 (downgrade; now transitive)',
      'b 1.0.0 (now direct)',
      'c 1.0.0 (from https://git.example/c#2, before https://git.example/c#1)',
      'd 1.0.0 → 1.1.0 (from https://git.example/d#1, before the registry)',
      'e 1.0.0, 2.0.0 → 1.0.0',
    ]);
  });

  it('compares the names of NuGet in any case', () => {
    const [before, after] = [versions([['Serilog', ['4.0.0']]]), versions([['serilog', ['4.0.0']]])];
    expect(dependencyChanges('nuget', before, after)).toEqual([]);
    expect(dependencyChanges('npm', before, after)).toHaveLength(2);
  });
});

describe('compareVersions', () => {
  it.each([
    ['semver', ['0.9.0', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-rc.2', '1.0.0-rc.10', '1.0.0', '1.0.1', '1.10.0']],
    ['PEP 440', ['1.0.dev1', '1.0a1', '1.0b2', '1.0rc1', '1.0', '1.0.post1', '1.1', '2026.1', '1!0.1']],
    ['NuGet', ['1.0.0-beta.2', '1.0.0', '1.0.0.1', '1.0.1']],
    [
      'Go',
      ['v0.0.0-20200101120000-abcdefabcdef', 'v0.0.0-20210101120000-0bcdefabcdef', 'v0.1.0', 'v2.0.0+incompatible'],
    ],
  ])('knows the order of %s', (_, inOrder) => {
    for (const [i, a] of inOrder.entries())
      for (const [j, b] of inOrder.entries())
        expect([a, b, Math.sign(compareVersions(a, b)!)]).toEqual([a, b, Math.sign(i - j)]);
  });

  it.each(['>= 2.0', 'any version', '../c', 'example.com/fork v9.0.0', '', '$(Version)'])(
    'does not compare %j',
    (text) => expect(compareVersions(text, '1.0.0')).toBeUndefined(),
  );
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
    const packages = parsePythonRequirements(text).flatMap((each) => (each.kind === 'package' ? [each] : []));
    expect(Object.fromEntries(packages.map(({ name, version }) => [name, [version]]))).toEqual({
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
