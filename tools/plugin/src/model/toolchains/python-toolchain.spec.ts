import fc from 'fast-check';
import { readPyprojectPython, readPythonVersion } from './python-toolchain.ts';
import { specifierSet } from './python-specifiers.ts';

const ofVersion = (text: string) => readPythonVersion('.python-version', text)!;
const part = fc.nat(20);

describe('readPythonVersion', () => {
  it('accepts of a plain version that one, and newer ones of its minor version only', () => {
    fc.assert(
      fc.property(part, part, part, (minor, patch, other) => {
        const toolchain = ofVersion(`3.${minor}.${patch}\n`);
        expect(toolchain.accepts({ versions: [`3.${minor}.${other}`] })).toBe(other >= patch);
        expect(toolchain.accepts({ versions: [`3.${minor + 1}.${other}`] })).toBe(false);
        expect(ofVersion(`3.${minor}`).accepts({ versions: [`3.${minor}.${other}`] })).toBe(true);
      }),
    );
  });

  it.each([
    ['3', '3.99.0', true, '3'],
    ['3.12-dev', '3.12.0', true, '3.12'],
    ['3.13t', '3.13.1', true, '3.13'],
    ['cpython-3.11', '3.11.4', true, '3.11'],
    ['python3.11', '3.11.4', true, '3.11'],
    ['# ours\n3.12.4\n3.11.9\n', '3.11.9', true, '3.12.4'],
    ['3.12\n3.11\n', '3.10.1', false, '3.12'],
    ['pypy3.10-7.3.12', '3.10.1', true, undefined],
    ['system', '2.7.18', true, undefined],
    ['>=3.11', '3.12.0', true, '3.11'],
    ['3.13.0rc2', '3.13.0rc1', false, '3.13.0rc2'],
    ['3.13.0rc2', '3.13.0', true, '3.13.0rc2'],
  ])('.python-version %j with Python %s: %s, set up as %s', (text, version, expected, setup) => {
    const toolchain = ofVersion(text);
    expect(toolchain.accepts({ versions: [version] })).toBe(expected);
    expect(toolchain.setup).toBe(setup);
  });

  it('finds no version in an empty file', () => {
    expect(readPythonVersion('.python-version', '\n')).toBeUndefined();
  });

  it.each(['banana', '3.x', 'v3', '>=banana'])('refuses %j, naming the file', (text) => {
    expect(() => readPythonVersion('apps/a/.python-version', text)).toThrow(
      /apps\/a\/\.python-version.*is not a version/,
    );
  });
});

describe('readPyprojectPython', () => {
  it('reads requires-python, or else what Poetry has', () => {
    const read = (value: unknown) => readPyprojectPython('pyproject.toml', value);
    expect(read({ project: { 'requires-python': '>=3.11,<4' } })).toMatchObject({
      version: '>=3.11,<4',
      setup: '3.11',
    });
    expect(read({ tool: { poetry: { dependencies: { python: '^3.10' } } } })).toMatchObject({ setup: '3.10' });
    expect(read({ project: {} })).toBeUndefined();
    expect(() => read({ project: { 'requires-python': 'banana' } })).toThrow('"banana" of requires-python');
    expect(() => read({ project: { 'requires-python': 3.11 } })).toThrow('3.11');
  });
});

describe('specifierSet', () => {
  it.each([
    ['>=3.8', ['3.8.0', '3.12.1', '4.0'], ['3.7.9', '3.8.0rc1']],
    ['>=3.8,<4', ['3.8', '3.99.9'], ['4.0.0']],
    ['> 3.8, != 3.9.*', ['3.8.1', '3.10.0'], ['3.8.0', '3.9.5']],
    ['~=3.10', ['3.10.0', '3.99.0'], ['3.9.0', '4.0.0']],
    ['~=3.10.2', ['3.10.2', '3.10.9'], ['3.10.1', '3.11.0']],
    ['==3.11.*', ['3.11.0', '3.11.9'], ['3.12.0']],
    ['==3.11.4', ['3.11.4'], ['3.11.5']],
    ['===3.11.4', ['3.11.4'], ['3.11.5']],
    ['^3.9', ['3.9.0', '3.99.0'], ['3.8.9', '4.0.0']],
    ['~3.9', ['3.9.0', '3.9.9'], ['3.10.0']],
    ['^2.7 || >=3.9', ['2.7.1', '3.9.0'], ['3.8.0', '2.6.0']],
    ['<=3.11', ['3.11.0', '3.10.9'], ['3.11.1']],
    ['3.11', ['3.11.0'], ['3.11.1']],
    ['*', ['2.7.0'], []],
  ])('%s', (text, inside, outside) => {
    const set = specifierSet(text)!;
    expect(inside.filter((version) => !set.accepts(version))).toEqual([]);
    expect(outside.filter((version) => set.accepts(version))).toEqual([]);
  });

  it.each(['', 'banana', '>=', '~=3', '>=3.*', '>=3.8;<4'])('takes %j for none', (text) => {
    expect(specifierSet(text)).toBeUndefined();
  });
});
