import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateWordsIn, wordingOf } from './wording.ts';

const root = join(__dirname, '..', '..');
const shipped = ['tools/plugin/src', 'tools/local-platform/src', 'tools/demo/src'];
const files = shipped.flatMap((folder) => filesIn(folder)).sort();

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((path) => /\.(ts|json)$/.test(path) && !/\.(spec|e2e)\.ts$|\/(recorded|files)\//.test(path));
}

/** Texts that may keep a word of the list, with the reason. */
const allowed: Readonly<Record<string, string>> = {};

it('finds a private word with its term', () => {
  const text = 'Nobody approved.';
  expect(privateWordsIn(text)).toEqual([{ word: 'Nobody', instead: 'a role, or the passive' }]);
});

it.each([
  ['a text', "throw new Refusal({ reason: 'Mend it and release again.' });", 1],
  ['a part of a template', 'warn(`${name} was put back: ${name} goes on`);', 2],
  ['a declared name', 'const isTold = 1;', 1],
  ['a vague doc comment', '/** Whether it is new. */\nconst isNew = 1;', 1],
])('finds %s', (_, source, count) => expect(wordingOf('a.ts', source)).toHaveLength(count));

it.each([
  ['a key', "type: 'told'"],
  ['a comment in a function', '// Whoever calls this is told.'],
  ['a use of a name from elsewhere', 'list.hands'],
])('accepts %s', (_, source) => expect(wordingOf('a.ts', source)).toEqual([]));

it('finds only terms of the field in texts, names and doc comments', () => {
  const found = files.flatMap((path) => {
    const source = readFileSync(join(root, path), 'utf8');
    const findings = path.endsWith('.json') ? wordingOf(path, `(${source})`) : wordingOf(path, source);
    return findings
      .filter(({ text }) => !Object.keys(allowed).some((each) => text.includes(each)))
      .map(({ line, text, instead }) => `${path}:${line}: ${text} → ${instead}`);
  });
  expect(found).toEqual([]);
});

it('allows no text that is gone', () => {
  const sources = files.map((path) => readFileSync(join(root, path), 'utf8')).join('\n');
  expect(Object.keys(allowed).filter((text) => !sources.includes(text))).toEqual([]);
});
