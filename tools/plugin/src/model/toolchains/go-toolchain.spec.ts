import fc from 'fast-check';
import { compareGo, readGoFiles } from './go-toolchain.ts';

const mod = (text: string) => readGoFiles([{ file: 'apps/a/go.mod', text }])!;
const version = fc
  .tuple(
    fc.nat(2),
    fc.nat(30),
    fc.oneof(
      fc.constant(''),
      fc.nat(20).map((patch) => `.${patch}`),
      fc.nat(3).map((n) => `rc${n}`),
    ),
  )
  .map(([major, minor, rest]) => `${major}.${minor}${rest}`);

describe('compareGo', () => {
  it('orders the language, its betas and candidates, and its releases', () => {
    const sorted = ['1.9', '1.21', '1.21beta1', '1.21rc1', '1.21rc2', '1.21.0', '1.21.9', '1.21.10', '1.22', '2.0.0'];
    expect([...sorted].reverse().sort(compareGo)).toEqual(sorted);
  });

  it('is an order', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareGo(a, b)) + Math.sign(compareGo(b, a))).toBe(0);
        if (compareGo(a, b) <= 0 && compareGo(b, c) <= 0) expect(compareGo(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('readGoFiles', () => {
  it('accepts the version of go.mod and newer ones', () => {
    fc.assert(
      fc.property(version, version, (wanted, installed) => {
        const toolchain = mod(`module a\n\ngo ${wanted}\n`);
        expect(toolchain.accepts({ versions: [installed] })).toBe(compareGo(installed, wanted) >= 0);
        expect(toolchain.version).toBe(wanted);
      }),
    );
  });

  it('accepts an older Go that fetches what it lacks, since 1.21', () => {
    const toolchain = mod('module a\ngo 1.99\n');
    expect(toolchain.accepts({ versions: ['1.21.0'], fetchesOthers: true })).toBe(true);
    expect(toolchain.accepts({ versions: ['1.26.1'], fetchesOthers: false })).toBe(false);
    expect(toolchain.accepts({ versions: ['1.20'], fetchesOthers: true })).toBe(false);
  });

  it('needs the higher version of go.mod and go.work, and sets up that of toolchain', () => {
    const files = [
      { file: 'apps/a/go.mod', text: 'module a\ngo 1.23.0 // why\ntoolchain go1.24.3\n' },
      { file: 'go.work', text: 'go 1.24\nuse ./apps/a\n' },
    ];
    expect(readGoFiles(files)).toMatchObject({
      version: '1.24',
      file: 'go.work',
      setup: '1.24.3',
      wanted: 'Go 1.24 or newer',
    });
  });

  it.each([
    ['go 1.24', '1.24.0'],
    ['go 1.20', '1.20'],
    ['go 1.24.1\ntoolchain default', '1.24.1'],
    ['go 1.25rc1', '1.25rc1'],
    ['go 1.24.5\ntoolchain go1.24.1', '1.24.5'],
  ])('sets up for %j Go %s', (text, setup) => {
    expect(mod(text).setup).toBe(setup);
  });

  it('finds none where there is no directive', () => {
    expect(readGoFiles([{ file: 'go.mod', text: 'module a\n\nrequire golang.org/x/text v0.1.0\n' }])).toBeUndefined();
  });

  it.each(['go banana', 'go', 'go 1.2 3', 'toolchain 5x'])('refuses %j, naming file and line', (line) => {
    expect(() => mod(`module a\n${line}\n`)).toThrow('apps/a/go.mod:2');
  });
});
