import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '../../../model/errors/product-error.ts';
import { OutputFile, type OutputRequest } from './output-file.ts';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'output-file-'))));
afterEach(() => rmSync(root, { recursive: true }));

const at = (file: string, request: Partial<OutputRequest> = {}) =>
  OutputFile.at({ file, workspaceRoot: root, project: 'orders', isForMany: false, doing: 'show', ...request });

it('writes lines into a file of the workspace, and leaves nothing beside it', () => {
  const output = at('status.json');
  expect(readdirSync(root)).toEqual([]);
  output.write(['{"a":1}']);
  output.write(['{"a":2}', 'b']);
  expect(readdirSync(root)).toEqual(['status.json']);
  expect(readFileSync(join(root, 'status.json'), 'utf8')).toBe('{"a":2}\nb\n');
  expect(output.shown).toBe('status.json');
});

it('takes an absolute path, and shows one outside the workspace as it is', () => {
  const folder = join(root, 'workspace');
  mkdirSync(folder);
  expect(at(join(root, 'x.md'), { workspaceRoot: folder }).shown).toBe(join(root, 'x.md'));
  expect(at(join(folder, 'x.md'), { workspaceRoot: folder }).shown).toBe('x.md');
});

it('keeps what was there when it cannot be written whole', () => {
  const output = at('x.json');
  mkdirSync(join(root, 'x.json'));
  expect(() => output.write(['a'])).toThrow(Refusal);
  expect(readdirSync(root)).toEqual(['x.json']);
});

it('names a file for each project of several', () => {
  expect(at('{project}.json', { isForMany: true }).shown).toBe('orders.json');
  expect(() => at('all.json', { isForMany: true })).toThrow(
    '--output cannot be "all.json": several projects would write it.',
  );
});

it.each([
  ['a folder that does not exist', 'missing/x.json', '--output cannot be "missing/x.json": its folder does not exist.'],
  ['a folder', '.', 'it is a folder.'],
])('refuses %s', (_, file, text) => expect(() => at(file)).toThrow(text));
