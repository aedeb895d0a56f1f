import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { authEntry, type LentLogins } from './temporary-credentials.ts';

interface AuthFile {
  auths?: Record<string, unknown>;
  credHelpers?: Record<string, string>;
}

/**
 * Writes an auth file of podman that holds also what it was lent, beside the logins of the files that podman reads.
 * @returns the environment by which podman takes it.
 */
export async function lentPodmanAuthFile(
  folder: string,
  logins: LentLogins,
): Promise<Readonly<Record<string, string>>> {
  const merged: AuthFile = {};
  for (const path of ownFiles()) {
    const { auths, credHelpers } = await readAuthFile(path);
    merged.auths = { ...auths, ...merged.auths };
    merged.credHelpers = { ...credHelpers, ...merged.credHelpers };
  }
  for (const [registry, login] of logins) {
    merged.auths = { ...merged.auths, [registry]: authEntry(login) };
    delete merged.credHelpers?.[registry];
  }
  const path = join(folder, 'auth.json');
  await writeFile(path, JSON.stringify(merged), { mode: 0o600 });
  return { REGISTRY_AUTH_FILE: path };
}

/** Those that podman reads, the first one counts most. A file that was chosen is read alone. */
function ownFiles(): string[] {
  const { REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR, DOCKER_CONFIG } = process.env;
  if (REGISTRY_AUTH_FILE) return [REGISTRY_AUTH_FILE];
  return [
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, 'containers/auth.json')] : []),
    join(homedir(), '.config/containers/auth.json'),
    join(DOCKER_CONFIG ?? join(homedir(), '.docker'), 'config.json'),
  ];
}

async function readAuthFile(path: string): Promise<AuthFile> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as AuthFile;
  } catch {
    // Podman goes on without, too.
    return {};
  }
}
