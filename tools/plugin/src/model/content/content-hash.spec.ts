import fc from 'fast-check';
import { hashContent } from './content-hash.ts';

const anyFiles = fc.array(fc.tuple(fc.string(), fc.string()));

describe('content hash', () => {
  it('does not depend on the order in which things were found', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), fc.array(fc.string()), (files, packages) => {
        const entries = Object.entries(files);
        expect(
          hashContent({ files: new Map(entries.toReversed()), packages: [...packages, ...packages].reverse() }),
        ).toBe(hashContent({ files: new Map(entries), packages }));
      }),
    );
  });

  it('differs when content differs', () => {
    fc.assert(
      fc.property(anyFiles, anyFiles, fc.uniqueArray(fc.string()), fc.uniqueArray(fc.string()), (a, b, p, q) => {
        const [one, other] = [new Map(a), new Map(b)];
        const same = (x: unknown, y: unknown) => JSON.stringify(x) === JSON.stringify(y);
        const equal = same([...one].sort(), [...other].sort()) && same([...p].sort(), [...q].sort());
        expect(hashContent({ files: one, packages: p }) === hashContent({ files: other, packages: q })).toBe(equal);
      }),
    );
  });

  it('keeps path and blob, file and package apart', () => {
    const hashes = [
      hashContent({ files: new Map([['ab', 'c']]), packages: [] }),
      hashContent({ files: new Map([['a', 'bc']]), packages: [] }),
      hashContent({ files: new Map([['c', 'ab']]), packages: [] }),
      hashContent({ files: new Map(), packages: ['ab', 'c'] }),
      hashContent({ files: new Map(), packages: ['abc'] }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('stays what it was: a changed algorithm would release everything anew', () => {
    expect(
      hashContent({ files: new Map([['apps/orders/Dockerfile', 'e69de29b']]), packages: ['left-pad@1.3.0'] }),
    ).toMatchInlineSnapshot(`"sha256:7f02b7f3ad4facdbf9158e979e972734021835ea1466ae684922763cd6236455"`);
  });
});
