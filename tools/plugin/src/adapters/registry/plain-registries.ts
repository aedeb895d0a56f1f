import { lookup } from 'node:dns/promises';
import { readdir, readFile } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';

/**
 * Reports whether docker or podman on this machine was told that a registry may be spoken to without a certificate:
 * `insecure-registries` of docker's daemon.json, `insecure = true` in podman's registries.conf.
 * @param registry host, and port where there is one.
 */
export async function isListedPlain(registry: string): Promise<boolean> {
  const entries = (await Promise.all([toldToDocker(), toldToPodman()])).flat();
  if (entries.some((entry) => isHostOf(entry, registry))) return true;
  const networks = entries.filter((entry) => /^[\da-f.:]+\/\d{1,3}$/i.test(entry));
  return networks.length > 0 && isIn(networks, registry);
}

async function toldToDocker(): Promise<string[]> {
  const files = ['/etc/docker/daemon.json', join(configFolder(), 'docker/daemon.json')];
  const texts = await Promise.all(files.map(readIfThere));
  return texts.flatMap((text) => {
    const settings = attempt(() => JSON.parse(text) as unknown);
    return textsIn(fieldOf(settings, 'insecure-registries'));
  });
}

async function toldToPodman(): Promise<string[]> {
  const texts = await Promise.all((await podmanFiles()).map(readIfThere));
  return texts.flatMap((text) => {
    const settings = attempt(() => parse(text) as unknown);
    const registries = fieldOf(settings, 'registry');
    const listed = Array.isArray(registries) ? registries.filter((each) => fieldOf(each, 'insecure') === true) : [];
    const places = listed.map((each) => fieldOf(each, 'location') ?? fieldOf(each, 'prefix'));
    // The older form of the file.
    const older = fieldOf(fieldOf(fieldOf(settings, 'registries'), 'insecure'), 'registries');
    return [...textsIn(places), ...textsIn(older)];
  });
}

/** As podman has it: the user's file stands for that of the machine, and the parts in folders add to either. */
async function podmanFiles(): Promise<string[]> {
  const [machine, user] = ['/etc/containers', join(configFolder(), 'containers')];
  const named = process.env['CONTAINERS_REGISTRIES_CONF'];
  const own = join(user, 'registries.conf');
  const main = named ?? ((await readIfThere(own)) === '' ? join(machine, 'registries.conf') : own);
  const folders = [machine, user].map((folder) => join(folder, 'registries.conf.d'));
  const parts = await Promise.all(
    folders.map(async (folder) => (await readdir(folder).catch(() => [])).map((name) => join(folder, name))),
  );
  return [main, ...parts.flat().filter((path) => path.endsWith('.conf'))];
}

function configFolder(): string {
  return process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
}

/** Reports whether an entry is for a registry: its host, with or without a path, or all names below one. */
function isHostOf(entry: string, registry: string): boolean {
  const [host = ''] = entry.replace(/^https?:\/\//, '').split('/');
  const [name = ''] = registry.toLowerCase().split(':');
  if (host.startsWith('*.')) return name.endsWith(host.slice(1).toLowerCase());
  return host.toLowerCase() === registry.toLowerCase() && !/^[\d.]+\/\d+$/.test(entry);
}

async function isIn(networks: readonly string[], registry: string): Promise<boolean> {
  const { hostname } = new URL(`http://${registry}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  const found = isIP(host) ? [{ address: host }] : await lookup(host, { all: true }).catch(() => []);
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', bits = ''] = network.split('/');
    const family = isIP(base);
    if (family !== 0 && Number(bits) <= (family === 4 ? 32 : 128))
      list.addSubnet(base, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  }
  // All of them: with one that is elsewhere, nobody knows which is spoken to.
  return found.length > 0 && found.every(({ address }) => list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6'));
}

function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** Engines do not follow a file that they cannot read, either. */
function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
