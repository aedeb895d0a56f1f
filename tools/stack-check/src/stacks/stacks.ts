import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '../stack.ts';
import { dotnet } from './dotnet.ts';
import { go } from './go.ts';
import { node } from './node.ts';
import { nodeAlone } from './node-alone.ts';
import { python } from './python.ts';

/** Returns the stack of the service in a folder, by what each needs to be built; undefined when it is none of these. */
export function stackOf(folder: string): Stack | undefined {
  const has = (path: string) => existsSync(join(folder, path));
  if (has('go.mod')) return go;
  if (has('requirements.lock')) return python;
  if (readdirSync(folder).some((name) => name.endsWith('.csproj'))) return dotnet;
  if (has('src/malformed.ts')) return nodeAlone;
  return has('src/main.ts') ? node : undefined;
}
