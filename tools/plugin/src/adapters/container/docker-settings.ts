import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { authEntry, type LentLogins } from './temporary-credentials.ts';

interface Settings {
  auths?: Record<string, unknown>;
  credHelpers?: Record<string, string>;
}

/**
 * Writes settings of docker that hold also what it was lent. Everything else (contexts, plugins, proxies, other logins)
 * stays as the user has it.
 * @returns the environment by which docker takes them.
 */
export async function lentDockerSettings(
  folder: string,
  logins: LentLogins,
): Promise<Readonly<Record<string, string>>> {
  const own = resolve(process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker'));
  for (const name of await readdir(own).catch(() => []))
    if (name !== 'config.json') await symlink(join(own, name), join(folder, name));
  const text = await readFile(join(own, 'config.json'), 'utf8').catch(() => '{}');
  await writeFile(join(folder, 'config.json'), JSON.stringify(withLogins(JSON.parse(text) as Settings, logins)), {
    mode: 0o600,
  });
  return { DOCKER_CONFIG: folder };
}

/** Adds logins. An empty helper makes docker look for a registry in the file, whatever it asks for the others. */
export function withLogins(settings: Settings, logins: LentLogins): Settings {
  const entries = [...logins];
  return {
    ...settings,
    auths: { ...settings.auths, ...Object.fromEntries(entries.map(([host, login]) => [host, authEntry(login)])) },
    credHelpers: { ...settings.credHelpers, ...Object.fromEntries(entries.map(([host]) => [host, ''])) },
  };
}
