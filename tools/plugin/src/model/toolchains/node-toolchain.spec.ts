import fc from 'fast-check';
import { readNodeFile } from './node-toolchain.ts';

const part = fc.nat(40);
const anyMajor = fc.integer({ min: 1, max: 40 });
const accepts = (file: string, text: string, version: string, lts?: string) =>
  readNodeFile(file, text)!.accepts({ versions: [version], lts });

describe('readNodeFile', () => {
  it('accepts of a plain version that one, and newer ones of its major version only', () => {
    fc.assert(
      fc.property(anyMajor, part, part, part, part, (major, minor, patch, otherMinor, otherPatch) => {
        const wanted = `${major}.${minor}.${patch}`;
        const isNewer = otherMinor > minor || (otherMinor === minor && otherPatch >= patch);
        expect(accepts('.nvmrc', wanted, `${major}.${otherMinor}.${otherPatch}`)).toBe(isNewer);
        expect(accepts('.nvmrc', `v${wanted}\n`, wanted)).toBe(true);
        expect(accepts('.nvmrc', wanted, `${major + 1}.${otherMinor}.${otherPatch}`)).toBe(false);
      }),
    );
  });

  it.each([
    ['20', '20.0.0', true],
    ['v20', '20.19.4', true],
    ['20', '22.0.0', false],
    ['20.11', '20.19.0', true],
    ['20.11', '20.10.9', false],
    ['# ours\n22.3.1 # the one\n', '22.4.0', true],
    ['script-shell=bash\n22', '22.4.0', true],
    ['>=18 <21', '20.1.0', true],
    ['22.0.0-nightly2024', '22.1.0', true],
    ['node', '9.0.0', true],
  ])('.nvmrc %j with Node.js %s: %s', (text, version, expected) => {
    expect(accepts('.nvmrc', text, version)).toBe(expected);
  });

  it('knows lines of long-term support by what Node.js says of itself, or by their number', () => {
    expect(accepts('.nvmrc', 'lts/*', '24.1.0', 'Krypton')).toBe(true);
    expect(accepts('.nvmrc', 'lts/*', '25.1.0')).toBe(false);
    expect(accepts('.nvmrc', 'lts/iron', '20.1.0')).toBe(true);
    expect(accepts('.nvmrc', 'lts/iron', '22.1.0', 'Jod')).toBe(false);
    expect(accepts('.nvmrc', 'lts/laurel', '30.1.0', 'Laurel')).toBe(true);
    expect(readNodeFile('.nvmrc', 'lts/iron')).toMatchObject({ version: 'lts/iron', setup: '20' });
  });

  it('reads engines.node of a package.json as the range that it is', () => {
    const text = JSON.stringify({ engines: { node: '>=20.19' } });
    expect(readNodeFile('package.json', text)).toMatchObject({
      version: '>=20.19',
      file: 'package.json',
      setup: '>=20.19',
    });
    expect(accepts('package.json', text, '20.19.0')).toBe(true);
    expect(accepts('package.json', text, '20.18.9')).toBe(false);
  });

  it.each(['{}', '{"engines":{"npm":"1"}}', 'null', '{"engines":null}'])(
    'finds no version in package.json %s',
    (text) => {
      expect(readNodeFile('package.json', text)).toBeUndefined();
    },
  );

  it('finds no version in an empty file', () => {
    expect(readNodeFile('.nvmrc', '\n# none\n')).toBeUndefined();
  });

  it.each([
    ['apps/a/.nvmrc', 'banana', /"banana" is not a version/],
    ['package.json', '{"engines":{"node":"banana"}}', /"banana" of engines.node/],
    ['package.json', '{"engines":{"node":22}}', /The range 22/],
    ['package.json', '{', /not JSON/],
  ])('refuses %s with %s, naming the file', (file, text, reason) => {
    expect(() => readNodeFile(file, text)).toThrow(reason);
    expect(() => readNodeFile(file, text)).toThrow(file);
  });
});
