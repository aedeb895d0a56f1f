import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';

/** Where docker and podman look for certificates, a folder for each registry's host. */
function folders(): string[] {
  return [
    '/etc/docker/certs.d',
    '/etc/containers/certs.d',
    join(homedir(), '.config/docker/certs.d'),
    join(homedir(), '.config/containers/certs.d'),
  ];
}

/**
 * The authorities that a registry's certificate may be signed by: those of the machine, and the `*.crt` files that
 * docker or podman was given for this registry.
 * @returns undefined when there are no such files; Node's own choice is right then.
 */
export async function certificateAuthorities(registry: string): Promise<string[] | undefined> {
  const given = (await Promise.all(folders().map((folder) => certificatesIn(join(folder, registry))))).flat();
  if (given.length === 0) return undefined;
  // To name authorities is to replace Node's own, and with them those of its variable.
  const extra = process.env['NODE_EXTRA_CA_CERTS'];
  const further = extra ? await readFile(extra, 'utf8').catch(() => undefined) : undefined;
  return [...rootCertificates, ...(further === undefined ? [] : [further]), ...given];
}

async function certificatesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith('.crt')).map((name) => join(folder, name));
  return Promise.all(files.map((file) => readFile(file, 'utf8')));
}
