import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a machine that does jobs keeps between them: what Go has compiled, which takes minutes from nothing. */
export function warmCaches(): Readonly<Record<string, string>> {
  return { GOCACHE: process.env['GOCACHE'] ?? join(homedir(), '.cache', 'go-build') };
}
