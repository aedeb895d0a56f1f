import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { replaceSection } from '../bench/src/page.ts';
import { describeMachine } from '../scratch-workspace/src/machine.ts';
import { RecordedTimes } from './recorded-times.ts';
import { formatTestTimes } from './test-times.ts';

/** Prints where the minutes of the last `npm test` went, as Markdown; with `--write`, into docs/testing.md. */
const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const times = new RecordedTimes(join(import.meta.dirname, '..', '..')).load();
if (times === undefined) {
  console.error('No run of `npm test` has ended here yet. Run `npm test` first.');
  process.exitCode = 1;
} else {
  const tables = formatTestTimes(times, { minimumSeconds: 5 });
  console.log(tables);
  const day = new Date().toISOString().slice(0, 10);
  const source = `\`npm test && npm run test:times -- --write\`, ${day}; ${describeMachine()}.`;
  if (values.write) replaceSection('times', [tables, '', source], 'docs/testing.md');
}
