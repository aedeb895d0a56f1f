import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorReference, errorReferencePath } from './error-reference.ts';

/** Writes docs/errors.md: `npm run docs:errors`, in the workspace's root. */
writeFileSync(join(process.cwd(), errorReferencePath), errorReference());
