import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * Reports whether a list of `NO_PROXY` names an address, as curl reads it: names with all that lies below them (`.shop` and
 * `shop` are the same), addresses and networks (`10.0.0.0/8`), with commas or blanks between them, `*` for all. What means
 * nothing to curl is read as kubectl and docker do: `*.shop`, ports, IPv6 in brackets.
 */
export function isListed(url: URL, list: string): boolean {
  const host = hostOf(url);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const entries = list.toLowerCase().split(/[,\s]+/);
  return entries.some((entry) => entry !== '' && matches(entry, host, port));
}

/** Reports whether an address is one of this machine, which is asked through no proxy of the environment. */
export function isThisMachine(url: URL): boolean {
  const host = hostOf(url);
  return host === 'localhost' || host.endsWith('.localhost') || isIn(host, '127.0.0.0/8') || isIn(host, '::1/128');
}

function hostOf({ hostname }: URL): string {
  return hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isIn(host, entry.replaceAll(/[[\]]/g, ''));
  const [, name = entry, only = port] = isIPv6(entry) ? [] : (/^\[?(.*?)\]?(?::(\d+))?$/.exec(entry) ?? []);
  if (only !== port) return false;
  if (isIP(name) !== 0) return isIn(host, `${name}/${isIPv6(name) ? 128 : 32}`);
  const above = name.replace(/^\*?\./, '').replace(/\.$/, '');
  return above !== '' && (host === above || (isIP(host) === 0 && host.endsWith(`.${above}`)));
}

/** Reports whether a host is an address in a network: `10.0.0.0/8`. */
function isIn(host: string, network: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  const family = isIP(base);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(base, Number(bits), type);
  return list.check(host, type);
}
