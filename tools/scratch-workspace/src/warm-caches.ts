import { homedir } from 'node:os';
import { join } from 'node:path';

/** Returns the caches that a CI machine keeps between jobs: Go's build cache, which takes minutes to fill. */
export function warmCaches(): Readonly<Record<string, string>> {
  return { GOCACHE: process.env['GOCACHE'] ?? join(homedir(), '.cache', 'go-build') };
}
