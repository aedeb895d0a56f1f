import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandNamed } from '../../graph/commands.ts';
import { executors } from '../executors.ts';
import { kebabCase } from '../options/option.ts';
import { generatedFiles } from './generated-files.ts';

const root = join(import.meta.dirname, '../../../../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
/** Formatting is prettier's. */
const meaning = (path: string, text: string): unknown => (path.endsWith('.json') ? JSON.parse(text) : text.trim());

it.each([...generatedFiles()])('%s is as `npm run generate` makes it', (path, text) => {
  expect(meaning(path, read(path))).toEqual(meaning(path, text));
});

describe.each(Object.values(executors))('$command', ({ command, options, examples }) => {
  it('describes itself and each option', () => {
    const texts = [commandNamed(command).description, ...Object.values(options).map(({ description }) => description)];
    for (const text of texts) {
      expect(text).toMatch(/^\S.*[^.\s]$/);
      expect(text).not.toMatch(/undefined|^Tell |left away|whoever/i);
    }
  });

  it('has examples of options that it has', () => {
    expect(examples.length).toBeGreaterThan(0);
    const known = Object.keys(options).map(kebabCase);
    const used = examples.flatMap((example) => [...example.command.matchAll(/--([a-z-]+)/g)].map(([, name]) => name));
    expect(known).toEqual(expect.arrayContaining(used));
  });

  it('writes a file wherever it has a form for machines', () => {
    const hasFormat = Object.values(options).some(({ isFormat }) => isFormat);
    // A command whose result is files has a folder by that name.
    expect(options['output']?.kind === 'file').toBe(hasFormat);
  });

  it('can be tried where it changes something', () => {
    if (commandNamed(command).deploys) expect(options).toHaveProperty('dryRun');
  });
});

it('gives each help a description, a type and no "undefined"', () => {
  for (const [path, text] of generatedFiles()) {
    if (!path.endsWith('schema.json')) continue;
    const { description, properties } = JSON.parse(text) as {
      description: string;
      properties: Record<string, { type?: string; description?: string }>;
    };
    expect(description).not.toBe('');
    for (const property of Object.values(properties))
      expect(property).toEqual(expect.objectContaining({ type: expect.any(String), description: expect.any(String) }));
  }
});
