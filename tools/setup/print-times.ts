import { join } from 'node:path';
import { RecordedTimes } from './recorded-times.ts';
import { formatTestTimes } from './test-times.ts';

/** Prints where the minutes of the last `npm test` went, as Markdown for docs/testing.md. */
const times = new RecordedTimes(join(import.meta.dirname, '..', '..')).load();
if (times === undefined) {
  console.error('No run of `npm test` has ended here yet. Run `npm test` first.');
  process.exitCode = 1;
} else {
  console.log(formatTestTimes(times, { minimumSeconds: 5 }));
}
