import { describeProxy, loginAt } from './proxy.ts';

/** A proxy that cannot be spoken to, or does not let something through. */
export class ProxyTrouble extends Error {
  override readonly name = 'ProxyTrouble';
  /** The same as the message: whoever shows an error shows its code, if there is one. */
  readonly code: string;

  private constructor(what: string, cause?: unknown) {
    super(what, { cause });
    this.code = what;
  }

  /** A proxy that is not there, or does not speak as one. */
  static unreachable(proxy: string, cause: unknown): ProxyTrouble {
    if (cause instanceof ProxyTrouble) return cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    return new ProxyTrouble(`the proxy ${describeProxy(proxy)} could not be asked: ${code ?? message}`, cause);
  }

  /** A proxy that answers with an error. @param to what it was asked for: `api.shop:6443`. @param ways of logging in it offers. */
  static refused(
    proxy: string,
    to: string,
    { status, ways = '' }: { status: number; ways?: string | undefined },
  ): ProxyTrouble {
    const name = `the proxy ${describeProxy(proxy)}`;
    if (status !== 407) return new ProxyTrouble(`${name} denies the way to ${to} (${status})`);
    const others = [...ways.matchAll(/\b(?:Negotiate|NTLM|Kerberos|Digest)\b/gi)].map(([way]) => way);
    if (others.length > 0 && !/\bBasic\b/i.test(ways))
      return new ProxyTrouble(`${name} wants a login by ${others.join(' or ')} (407)`);
    const isGiven = loginAt(new URL(proxy)) !== undefined;
    return new ProxyTrouble(`${name} ${isGiven ? 'does not accept its login' : 'wants a login'} (407)`);
  }
}

/** Returns the reason of a lost request with the proxy that it went through, unless that is in it. @param why as a clause. */
export function throughProxy(why: string, proxy: string | undefined): string {
  if (proxy === undefined || why.includes('the proxy ')) return why;
  return `${why}, through the proxy ${describeProxy(proxy)}`;
}

/** Returns what to do where the reason of a lost request names a proxy; undefined where it names none. */
export function proxyRemedy(why: string): string | undefined {
  if (!/\bthe proxy \w+:\/\//.test(why)) return undefined;
  if (/ login by .* \(407\)/.test(why))
    return 'Only a login by name and password is sent to a proxy: let a proxy on this machine that logs in to the other one (px, cntlm) stand between, and name it in `HTTPS_PROXY`.';
  if (/\(407\)/.test(why))
    return 'Write the login into its address, before the host (`USER:PASSWORD@`), with special characters percent-encoded.';
  if (/denies the way to/.test(why))
    return 'Let the rules of the proxy permit it, or name the host in `NO_PROXY` if it is reached directly; then run the same command again.';
  if (isUntrusted(why))
    return 'If the proxy opens encrypted connections, name the certificate of its authority in `NODE_EXTRA_CA_CERTS` (Node.js does not read `SSL_CERT_FILE`), or name the host in `NO_PROXY` if it is reached directly.';
  return 'Check the address of the proxy (`HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY`), or name the host in `NO_PROXY` if it is reached directly; then run the same command again.';
}

/** Reports whether a connection was lost to a certificate whose authority is not known. */
export function isUntrusted(why: string): boolean {
  return /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|self[- ]signed|unable to (verify|get)/.test(why);
}
