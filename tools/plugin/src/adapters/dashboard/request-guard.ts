import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is not answered. */
export interface Rejection {
  readonly status: number;
  /** As a sentence. */
  readonly reason: string;
}

/** Where the token of the address is traded for the cookie, and for the token of all other requests. */
export const sessionPath = '/api/session';

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Decides who is answered: the page that this server gave out, opened by who was told the token. Other web sites, other users
 * of the machine and pages of other ports are none of these.
 */
export class RequestGuard {
  /** Told to the user in the address's fragment, which is neither sent nor logged; sent with each POST. */
  readonly token = randomBytes(32).toString('base64url');
  /** The same for the browser that is opened, once: other users of the machine see the arguments of programs. */
  private once: string | undefined;
  /** Of the cookie: nobody who reads that one, as servers of other ports do, can do anything by it but read. */
  private readonly session = randomBytes(32).toString('base64url');
  private readonly cookie: string;
  private readonly hosts: readonly string[];

  constructor(port: number) {
    this.hosts = loopback.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
    // Cookies do not know ports: two dashboards would take each other's.
    this.cookie = `poc-dashboard-${port}`;
  }

  /** Of a name of somebody else's that leads to this machine: that is how pages of others would read what is here. */
  rejectHost({ headers, rawHeaders }: IncomingMessage): Rejection | undefined {
    const isOne = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length === 1;
    if (isOne && this.hosts.includes(headers.host ?? '')) return undefined;
    return { status: 421, reason: `The dashboard is at http://${this.hosts[0]}/.` };
  }

  /** Of what only reads: it needs the cookie, and no other site may have asked. */
  rejectRead(request: IncomingMessage): Rejection | undefined {
    const { headers } = request;
    const site = headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return foreign;
    if (headers.origin !== undefined && headers.origin !== this.originOf(request)) return foreign;
    const isOwn = cookiesOf(headers.cookie).some(
      ([name, value]) => name === this.cookie && isSame(value, this.session),
    );
    if (isOwn) return undefined;
    return { status: 401, reason: 'Open the address that the command printed: it has the key to this dashboard.' };
  }

  /** Of all that is sent, the trade of the token for the cookie included. */
  rejectWrite(request: IncomingMessage): Rejection | undefined {
    const { headers } = request;
    if (headers.origin !== this.originOf(request) || headers['sec-fetch-site'] !== 'same-origin') return foreign;
    if (!/^application\/json(; *charset=utf-8)?$/i.test(headers['content-type'] ?? ''))
      return { status: 415, reason: 'Only application/json is read.' };
    const token = headers['x-poc-token'];
    if (typeof token === 'string' && (isSame(token, this.token) || this.isOnce(token, request.url))) return undefined;
    return { status: 401, reason: 'The key is missing, or is that of a dashboard that has ended.' };
  }

  /** Returns a token that can be traded for a session, and for nothing else, one time. */
  tokenForOnce(): string {
    this.once = randomBytes(32).toString('base64url');
    return this.once;
  }

  /** The header that gives a browser the cookie. */
  sessionCookie(): string {
    return `${this.cookie}=${this.session}; Path=/; HttpOnly; SameSite=Strict`;
  }

  private isOnce(token: string, url: string | undefined): boolean {
    if (this.once === undefined || url !== sessionPath || !isSame(token, this.once)) return false;
    this.once = undefined;
    return true;
  }

  /** Asked after the host was found to be one of ours. */
  private originOf({ headers }: IncomingMessage): string {
    return new URL(`http://${headers.host ?? ''}`).origin;
  }
}

const foreign: Rejection = { status: 403, reason: 'Only the dashboard itself may ask that.' };

function cookiesOf(header = ''): (readonly [string, string])[] {
  return header.split(';').map((part) => {
    const at = part.indexOf('=');
    return [part.slice(0, at).trim(), part.slice(at + 1).trim()] as const;
  });
}

/** In a time that says nothing of how much of it is right. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(one!, other!);
}
