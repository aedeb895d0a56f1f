import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suitesAtLength } from './suites-at-length.ts';

it('are there, each once', () => {
  expect(suitesAtLength.filter((file) => !existsSync(join(__dirname, '../..', file)))).toEqual([]);
  expect(new Set(suitesAtLength).size).toBe(suitesAtLength.length);
});
