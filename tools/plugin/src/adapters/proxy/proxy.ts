import { HttpProxyAgent, HttpsProxyAgent } from 'hpagent';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { SocksProxyAgent } from 'socks-proxy-agent';
import { Refusal } from '../../model/errors/product-error.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Returns the proxy for an address: the one that is named for it, or that of the environment (`HTTPS_PROXY`, `HTTP_PROXY`,
 * `NO_PROXY`, in either case), which is for no address of this machine. The rules are those of Go's programs (kubectl,
 * docker, gh).
 * @throws {Refusal} when it is no address of a proxy.
 */
export function proxyOf(
  address: string,
  { named = '', doing, env = process.env }: { named?: string; doing: string; env?: Variables },
): string | undefined {
  const url = new URL(address);
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const text = named !== '' ? named : isExempt(url, env) ? '' : valueOf(variable, env);
  if (text === '') return undefined;
  const proxy = /^\w+:\/\//.test(text) ? text : `http://${text}`;
  if (URL.canParse(proxy) && /^(https?|socks\w*):$/.test(new URL(proxy).protocol)) return proxy;
  throw new Refusal({
    type: 'bad-proxy',
    doing,
    // A password may be in it.
    reason: `${named === '' ? variable : '"proxy-url" in the kubeconfig'} is not the address of a proxy.`,
    remedy: 'Correct it: http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT.',
  });
}

/** Returns an agent whose connections go through a proxy, or directly where there is none. */
export function agentThrough(proxy: string | undefined, address: string, options: https.AgentOptions): http.Agent {
  const isTls = address.startsWith('https:');
  if (proxy === undefined) return isTls ? new https.Agent(options) : new http.Agent(options);
  if (proxy.startsWith('socks')) return new SocksProxyAgent(proxy, options);
  return isTls ? new HttpsProxyAgent({ ...options, proxy }) : new HttpProxyAgent({ ...options, proxy });
}

/** Returns a proxy for messages, without its password. */
export function describeProxy(proxy: string): string {
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
}

/** Reports whether the reason of a lost request is a proxy that wants a login, or another one. @param why the error's text. */
export function wantsLogin(why: string): boolean {
  return /\b407\b/.test(why);
}

/** How to log in to a proxy, as a sentence. */
export const howToLogIn =
  'The proxy wants a login, or another one (407): write it into its address, `http://USER:PASSWORD@HOST:PORT`, with special characters percent-encoded.';

function valueOf(name: string, env: Variables): string {
  return (env[name] || env[name.toLowerCase()] || '').trim();
}

/** Reports whether an address is asked directly: one of this machine, or one that `NO_PROXY` names. */
function isExempt(url: URL, env: Variables): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || host.endsWith('.localhost') || isIn(host, '127.0.0.0/8') || isIn(host, '::1/128'))
    return true;
  const entries = valueOf('NO_PROXY', env)
    .toLowerCase()
    .split(/[,\s]+/);
  return entries.some((entry) => entry !== '' && matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isIn(host, entry);
  const [, name = entry, only = port] = isIPv6(entry) ? [] : (/^\[?(.*?)\]?(?::(\d+))?$/.exec(entry) ?? []);
  if (only !== port) return false;
  // `.shop` and `*.shop` are what lies below; `shop` is itself, too.
  const below = name.replace(/^\*?\./, '');
  return (host === name || host.endsWith(`.${below}`)) && below !== '';
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
