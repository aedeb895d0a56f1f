import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnvironments } from '../../../plugin/src/adapters/workspace/environments.ts';
import { Failure, Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import { defaultOptions, parsePluginOptions } from '../../../plugin/src/model/workspace/plugin-options.ts';
import { environmentFilePage } from './environment-file-page.ts';
import { exitCodes } from './exit-codes-page.ts';
import { unsortedNames } from './names-page.ts';
import { exampleOptions } from './plugin-options-page.ts';
import { referencePages } from './reference-pages.ts';
import { keysOf, typeName } from './schema.ts';

const root = join(__dirname, '../../../..');
const pages = [...referencePages()];

/** Formatting is prettier's: widths of columns, emphasis, lines of JSON. */
const words = (text: string) => text.replaceAll(/\s|-{3,}/g, '').replaceAll('*', '_');

it.each(pages)('%s is as `npm run generate` makes it', (path, text) => {
  expect(words(readFileSync(join(root, path), 'utf8'))).toBe(words(text));
});

it.each(pages)('%s explains every row', (_, text) => {
  const tables = text.split('\n').filter((line) => line.startsWith('| `'));
  expect(
    tables.filter((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .every((cell, at) => at === 0 || cell.trim() === ''),
    ),
  ).toEqual([]);
});

it('shows an example of an environment that the product takes', async () => {
  const path = 'Infrastructure/environments/staging.yaml';
  const text = readFileSync(join(__dirname, 'example-environment.yaml'), 'utf8');
  expect(await parseEnvironments(new Map([[path, text]]))).toHaveLength(1);
});

it('shows options of nx.json that the product takes, and all of them', () => {
  expect(parsePluginOptions(exampleOptions)).toEqual(exampleOptions);
  expect(Object.keys(exampleOptions).sort()).toEqual(Object.keys(defaultOptions).sort());
});

it('refuses an example that lacks a key', () => {
  const schema = { properties: { soak: { type: 'string' } } };
  expect(() => environmentFilePage(schema, 'name: prod\n')).toThrow('has no soak');
});

it('lists the keys of a schema by their paths, those of lists too', () => {
  const schema = {
    properties: { a: { properties: { b: {} }, required: ['b'] }, c: { items: { properties: { d: {} } } } },
  };
  expect(keysOf(schema).map(({ path, isRequired }) => `${path}${isRequired ? '!' : ''}`)).toEqual([
    'a',
    'a.b!',
    'c',
    'c[].d',
  ]);
});

it.each([
  [{ type: 'array', items: { type: 'string' } }, 'list of text'],
  [{ enum: ['automatic', 'manual'] }, '`automatic`, `manual`'],
  [{ type: 'number', minimum: 1, maximum: 100 }, 'number, 1 to 100'],
  [{ oneOf: [{ type: 'boolean' }, { type: 'array', items: { type: 'string' } }] }, 'yes or no, or list of text'],
])('names the type of %j', (schema, name) => {
  expect(typeName(schema)).toBe(name);
});

it('has a section for every name on the wire', () => {
  expect(unsortedNames()).toEqual([]);
});

it('lists the exit codes of errors', () => {
  const facts = { type: 'bad-option', doing: 'try', reason: 'No.', remedy: 'Yes.' } as const;
  for (const error of [new Refusal(facts), new Failure(facts)])
    expect(exitCodes.get(error.exitCode)?.meaning).toContain(`A ${error.name.toLowerCase()}`);
});
