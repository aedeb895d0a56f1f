import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ownerToken } from './management/access.ts';

/**
 * Makes an `az` that is logged in, as Azure's own says it.
 * @param folder which it may have for itself.
 * @returns a value of `PATH` by which it is found before any other.
 */
export function azureCli(folder: string, token: string = ownerToken): string {
  // Azure's are good for an hour; whoever asks this one may go on for longer, and the simulator does not mind.
  const answer = JSON.stringify({ accessToken: token, expires_on: Math.floor(Date.now() / 1000) + 86_400 });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'az'), `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 });
  return `${folder}${delimiter}${process.env['PATH']}`;
}
