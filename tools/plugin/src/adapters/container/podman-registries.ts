import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Writes settings of podman's registries by which those of this machine speak plain http, as docker takes it for granted. A build
 * has one option for all that it pulls, base images of the internet among them, and is not given that.
 * @returns the environment by which podman takes them; none where there is no such registry.
 */
export async function plainRegistries(
  folder: string,
  registries: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  if (registries.length === 0) return {};
  const own = await ownSettings();
  const entries = registries.map(
    (registry) => `[[registry]]\nlocation = ${JSON.stringify(registry)}\ninsecure = true\n`,
  );
  const missing = entries.filter((_, index) => !own.includes(`"${registries[index]}"`));
  const path = join(folder, 'registries.conf');
  await writeFile(path, [own, ...missing].join('\n'));
  return { CONTAINERS_REGISTRIES_CONF: path };
}

/** The first of the files of which podman reads one. */
async function ownSettings(): Promise<string> {
  const chosen = process.env['CONTAINERS_REGISTRIES_CONF'];
  const usual = [join(homedir(), '.config/containers/registries.conf'), '/etc/containers/registries.conf'];
  for (const path of chosen ? [chosen] : usual) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return '';
}
