import { Refusal } from '../../model/errors/product-error.ts';
import { knownSecrets } from '../../model/secrets/known-secrets.ts';
import { isListed, isThisMachine } from './no-proxy.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The ways to speak to a proxy. */
const protocols = ['http:', 'https:', 'socks:', 'socks4:', 'socks4a:', 'socks5:', 'socks5h:'];

/**
 * Returns the proxy for an address: the one that is named for it, or that of the environment (`HTTPS_PROXY`, `HTTP_PROXY`,
 * `ALL_PROXY`, `NO_PROXY`), which is for no address of this machine. The variables are read as curl reads them: those in small
 * letters go first. Unlike curl, `HTTP_PROXY` in capitals is followed, but not where a web server may have made it of a
 * header of a request (CGI).
 * @returns its address, the login in it percent-encoded.
 * @throws {Refusal} when it is no address of a proxy.
 */
export function proxyOf(
  address: string,
  { named = '', doing, env = process.env }: { named?: string; doing: string; env?: Variables },
): string | undefined {
  const url = new URL(address);
  const found = named === '' ? ofEnvironment(url, env) : { where: '"proxy-url" in the kubeconfig', text: named };
  if (found === undefined) return undefined;
  const proxy = readProxy(found.text.trim());
  if (proxy !== undefined) {
    knownSecrets.addAddress(proxy);
    return proxy;
  }
  throw new Refusal({
    type: 'bad-proxy',
    doing,
    // A password may be in it.
    reason: `${found.where} is not the address of a proxy.`,
    remedy:
      'Correct it: http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT. A login before it, `USER:PASSWORD@`, is percent-encoded.',
  });
}

/** Returns a proxy for messages, without its login. */
export function describeProxy(proxy: string): string {
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
}

/** Returns the value of `Proxy-Authorization` for the login in a proxy's address, if there is one. */
export function loginAt({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
}

function ofEnvironment(url: URL, env: Variables): { readonly where: string; readonly text: string } | undefined {
  if (isThisMachine(url)) return undefined;
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const isSet = (each: string) => (env[each] ?? '').trim() !== '';
  const isOfRequest = (each: string) => each === 'HTTP_PROXY' && isSet('REQUEST_METHOD');
  const variables = [name, 'ALL_PROXY'].flatMap((each) => [each.toLowerCase(), each]);
  const where = variables.find((each) => isSet(each) && !isOfRequest(each));
  const list = env['no_proxy'] || env['NO_PROXY'] || '';
  if (where === undefined || isListed(url, list)) return undefined;
  return { where, text: env[where]! };
}

/** Returns the address of a proxy as programs read it; undefined for what is none. */
function readProxy(text: string): string | undefined {
  const address = /^\w+:\/\//.test(text) ? text : `http://${text}`;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const { protocol, hostname, pathname, search, hash } = url;
  // An unencoded character of a password ends the host early: `http://me:12/34@proxy`.
  const isCutShort = `${pathname}${search}${hash}`.includes('@');
  if (!protocols.includes(protocol) || hostname === '' || isCutShort) return undefined;
  const [user, password] = [url.username, url.password].map((part) => encodeURIComponent(decoded(part)));
  return `${protocol}//${user === '' && password === '' ? '' : `${user}:${password}@`}${url.host}`;
}

/** Decodes what is percent-encoded, and leaves a `%` that encodes nothing as it is. */
function decoded(text: string): string {
  return text.replaceAll(/(?:%[\da-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });
}
