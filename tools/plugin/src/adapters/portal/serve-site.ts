import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Refusal } from '../../model/errors/product-error.ts';
import { addressWithin, forward } from './forward.ts';
import type { PortalSite } from './portal-site.ts';

/** The page as a server has it. */
export interface ServedSite {
  readonly site: PortalSite;
  readonly securityPolicy: string;
  /** Addresses of the APIs that requests are passed on to, by their names. */
  readonly doors: ReadonlyMap<string, string>;
  /** Path below which that is done. */
  readonly tryIt: string;
}

/** A page that is served. */
export interface SiteServer {
  /** `http://127.0.0.1:8090/`. */
  readonly address: string;
  close(): void;
}

const loopback = '127.0.0.1';

/** Serves a page to this machine alone. @param port 0 for any. @throws {Refusal} when the port is taken. */
export async function serveSite(served: ServedSite, port: number): Promise<SiteServer> {
  const server = createServer();
  const code = await new Promise<string | undefined>((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, loopback, () => resolve(undefined));
  });
  if (code !== undefined) throw portInUse(port, code);
  const own = (server.address() as { readonly port: number }).port;
  const requests = new SiteRequests(served, own);
  server.on('request', (request, answer) => requests.answer(request, answer));
  return {
    address: `http://${loopback}:${own}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

class SiteRequests {
  private readonly served: ServedSite;
  private readonly hosts: readonly string[];

  constructor(served: ServedSite, port: number) {
    this.served = served;
    this.hosts = [loopback, 'localhost'].map((name) => (port === 80 ? name : `${name}:${port}`));
  }

  answer(request: IncomingMessage, answer: ServerResponse): void {
    const { url = '/', method = 'GET' } = request;
    // A name of somebody else's that leads to this machine is how pages of others would read what is here.
    if (!this.hosts.includes(request.headers.host ?? ''))
      return refuse(answer, 403, `This page is at http://${this.hosts[0]}/.`);
    const { tryIt } = this.served;
    if (url.startsWith(`/${tryIt}/`)) return this.tryIt(request, answer, url.slice(tryIt.length + 2));
    const path = url.split('?')[0]!.slice(1);
    const file = this.served.site.get(path === '' ? 'index.html' : path);
    if (!file) return refuse(answer, 404, 'There is no such file.');
    if (method !== 'GET' && method !== 'HEAD') return refuse(answer, 405, 'Files are only read.');
    answer.writeHead(200, { ...this.headers(), 'content-type': file.type, 'content-length': file.body.length });
    answer.end(method === 'HEAD' ? undefined : file.body);
  }

  private tryIt(request: IncomingMessage, answer: ServerResponse, path: string): void {
    if (!this.isOwn(request)) return refuse(answer, 403, 'Only the page itself has requests passed on.');
    const [, id = '', rest = ''] = /^([^/?]*)(.*)$/s.exec(path) ?? [];
    const address = this.served.doors.get(id);
    const url = address === undefined ? undefined : addressWithin(address, rest);
    if (address === undefined || !url) return refuse(answer, 404, 'No API of the environment has this address.');
    forward(request, answer, url, (location) => {
      const target = URL.canParse(location, url.href) ? new URL(location, url).href : location;
      const [within, more] = [target.startsWith(address), target.slice(address.length)];
      return within && addressWithin(address, more) ? `/${this.served.tryIt}/${id}${more}` : target;
    });
  }

  /** Reports whether a request is from the page, or from no browser. */
  private isOwn({ headers }: IncomingMessage): boolean {
    const { origin } = headers;
    const site = headers['sec-fetch-site'];
    const isOwnOrigin = origin === undefined || this.hosts.some((host) => origin === `http://${host}`);
    return isOwnOrigin && (site === undefined || site === 'same-origin');
  }

  private headers(): Record<string, string> {
    return {
      'content-security-policy': `${this.served.securityPolicy}; frame-ancestors 'none'`,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    };
  }
}

function refuse(answer: ServerResponse, status: number, text: string): void {
  answer.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
  answer.end(`${text}\n`);
}

function portInUse(port: number, code: string): Refusal {
  return new Refusal({
    type: 'port-in-use',
    doing: `listen on port ${port}`,
    reason: code === 'EADDRINUSE' ? 'Another program listens on it.' : `The system refused it (${code}).`,
    remedy: 'Stop that program, or choose another port; `--port=0` takes any that is free.',
  });
}
