import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCatalog } from '../model/errors/error-catalog.ts';
import { textFor } from '../model/errors/error-entry.ts';
import * as places from '../model/workspace/places.ts';
import { errorReference, errorReferencePath } from './error-reference.ts';

const root = join(__dirname, '../../../..');
const types = Object.values(errorCatalog).flatMap((area) => Object.keys(area));

/** Texts of all sources of a folder that are shipped. */
function sourcesIn(folder: string): string {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/\.(spec|e2e)\.ts$|error-catalog\.ts$/.test(path))
    .map((path) => readFileSync(join(root, folder, path), 'utf8'))
    .join('\n');
}

describe('docs/errors.md', () => {
  it('lists every type of error (else run `npm run docs:errors`)', () => {
    expect(readFileSync(join(root, errorReferencePath), 'utf8')).toBe(errorReference());
  });

  it('lists each type once, in kebab-case', () => {
    expect(types).toEqual([...new Set(types)]);
    for (const type of types) expect(type).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it('says in whole sentences what a type means and what to do', () => {
    for (const area of Object.values(errorCatalog))
      for (const [type, entry] of Object.entries(area))
        for (const text of [entry.meaning, entry.remedy].map((each) => textFor(places, each))) {
          const named = `${type}: ${text}`;
          expect(named).toMatch(/: ([A-Z]|git |docker )[^|]*\.$/);
        }
  });

  it('lists no type that is never used', () => {
    const sources = sourcesIn('tools/plugin/src') + sourcesIn('tools/local-platform/src');
    // That of a rollout is made of the state in which it ended.
    const used = (type: string) =>
      sources.includes(`'${type}'`) || sources.includes(`'${type.replace('rollout-', '')}'`);
    expect(types.filter((type) => !used(type))).toEqual([]);
  });
});
