import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { referencePages } from '../docs/src/reference/reference-pages.ts';
import { generatedFiles } from '../plugin/src/nx/executors/documentation/generated-files.ts';

/** `npm run generate`: writes what is made from the executors' declarations of their options, and the reference in docs. */
const root = join(import.meta.dirname, '..', '..');
for (const [path, text] of [...generatedFiles(), ...referencePages()]) {
  const file = join(root, path);
  const formatted = await format(text, { ...(await resolveConfig(file)), filepath: file });
  if (readOrNothing(file) === formatted) continue;
  writeFileSync(file, formatted);
  console.log(`wrote ${path}`);
}

function readOrNothing(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
