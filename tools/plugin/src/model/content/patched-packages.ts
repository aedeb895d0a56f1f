import { posix } from 'node:path';

/**
 * Returns the packages that a patch may be for, by its file's name as pnpm, Bun, Yarn and patch-package choose it; none where it
 * tells nothing. A name with a scope has several readings where its slash was replaced.
 */
export function packagesPatchedBy(path: string): string[] {
  const file = posix.basename(path).replace(/%2[fF]/g, '/');
  const [, nested = file] = /^.*\+\+(.+)$/s.exec(file) ?? [];
  for (const [form, namesOf] of forms) {
    const [, written] = form.exec(nested) ?? [];
    if (written !== undefined) return namesOf(written);
  }
  return [];
}

const version = String.raw`v?\d+(?:\.\d+)*(?:[-+.][\w.+-]*)?`;

const forms: readonly (readonly [RegExp, (written: string) => string[]])[] = [
  // .yarn/patches/left-pad-npm-1.3.0-21f0a1d0a5.patch, .yarn/patches/@scope-name-npm-…
  [new RegExp(String.raw`^(.+?)-npm-.*\.patch$`, 's'), withSlashes],
  // patches/left-pad@1.3.0.patch, patches/@scope__name@1.0.0.patch
  [new RegExp(String.raw`^(@?[^@]+)@${version}\.patch$`, 's'), (written) => [written.replace('__', '/')]],
  // patches/left-pad+1.3.0.patch, patches/@scope+name+1.0.0.patch, patches/left-pad+1.3.0+001+first.patch
  [
    new RegExp(String.raw`^(@[^+]+\+[^+]+|[^@+]+)\+${version}(?:\+.*)?\.patch$`, 's'),
    (written) => [written.replace('+', '/')],
  ],
];

/** `@a-b-c` may be `@a/b-c` and `@a-b/c`. */
function withSlashes(written: string): string[] {
  if (!written.startsWith('@') || written.includes('/')) return [written];
  const places = [...written].flatMap((letter, index) => (letter === '-' ? [index] : []));
  return places.map((index) => `${written.slice(0, index)}/${written.slice(index + 1)}`);
}
