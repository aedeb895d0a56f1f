import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProductError, Refusal } from '../../model/errors/product-error.ts';
import { DashboardAnswer, type DashboardRoute } from '../../ports/dashboard-route.ts';
import type { EventStreams } from './event-streams.ts';
import { readBody } from './read-body.ts';
import { sessionPath, type Rejection, type RequestGuard } from './request-guard.ts';
import { Routes } from './routes.ts';
import type { ServedDashboard } from './serve-dashboard.ts';
import { visibleJson } from './visible-json.ts';

/** Of the page and of all else: nothing runs or is loaded but what this server gave out, and nobody frames it. */
const securityPolicy = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"],
].join('; ');

const headers = {
  'content-security-policy': securityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Answers the requests of the dashboard's pages. */
export class DashboardRequests {
  private readonly served: ServedDashboard;
  private readonly guard: RequestGuard;
  private readonly streams: EventStreams;
  private readonly routes: Routes;

  constructor(served: ServedDashboard, guard: RequestGuard, streams: EventStreams) {
    this.served = served;
    this.guard = guard;
    this.streams = streams;
    const state: DashboardRoute = { method: 'GET', path: '/api/state', handle: async () => served.feed.state() };
    this.routes = new Routes([state, ...served.routes]);
  }

  /** Answers one. It never throws: what is wrong with it is told to who asked. */
  async answer(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(headers)) answer.setHeader(name, value);
    try {
      await this.handle(request, answer);
    } catch (error) {
      if (error instanceof ProductError) return json(answer, error instanceof Refusal ? 422 : 500, error);
      if (answer.headersSent) return void answer.destroy();
      const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (!request.socket.destroyed) json(answer, 500, { type: 'bug', reason: told });
    }
  }

  private async handle(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const wrongHost = this.guard.rejectHost(request);
    if (wrongHost) return refuse(answer, wrongHost);
    const { method = 'GET', url = '/' } = request;
    const at = url.indexOf('?');
    const path = at < 0 ? url : url.slice(0, at);
    const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
    if (path !== '/api' && !path.startsWith('/api/')) return this.file(method, path, answer);
    const rejected = method === 'POST' ? this.guard.rejectWrite(request) : this.guard.rejectRead(request);
    if (rejected) return refuse(answer, rejected);
    if (path === sessionPath && method === 'POST') {
      answer.setHeader('set-cookie', this.guard.sessionCookie());
      return json(answer, 200, { token: this.guard.token });
    }
    if (path === '/api/events' && method === 'GET') {
      const isOpen = this.streams.open(request, answer, query.get('since') ?? undefined);
      return isOpen ? undefined : refuse(answer, { status: 503, reason: 'Too many pages are open.' });
    }
    return this.route({ method, path, query }, request, answer);
  }

  private async route({ method, path, query }: Asked, request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const found = this.routes.find(method, path);
    if (!found) return refuse(answer, { status: 404, reason: 'There is nothing of this name.' });
    if (found === 'method') return refuse(answer, { status: 405, reason: 'That is asked by another method.' });
    const body = method === 'POST' ? await readBody(request) : { json: undefined };
    if (body === 'large') return refuse(answer, { status: 413, reason: 'That is more than a dashboard asks for.' });
    if (body === 'broken') return refuse(answer, { status: 400, reason: 'That is no JSON.' });
    const gone = new AbortController();
    answer.once('close', () => gone.abort());
    const said = await found.route.handle({ params: found.params, query, body: body.json, signal: gone.signal });
    if (said instanceof DashboardAnswer) json(answer, said.status, said.body);
    else json(answer, 200, said ?? null);
  }

  /** Views are the page's own: it is the answer to all paths but names with a dot. In `/at/2026-11-24T12:30:00.000Z` is one. */
  private file(method: string, path: string, answer: ServerResponse): void {
    if (method !== 'GET' && method !== 'HEAD') return refuse(answer, { status: 405, reason: 'Files are only read.' });
    const { page } = this.served;
    const isFile = /^\/[^/]*\./.test(path);
    const file = page.get(path) ?? (isFile ? undefined : page.get('/'));
    if (!file) return refuse(answer, { status: 404, reason: 'There is no such file.' });
    answer.writeHead(200, { 'content-type': file.type, 'content-length': file.body.length });
    answer.end(method === 'HEAD' ? undefined : file.body);
  }
}

function refuse(answer: ServerResponse, { status, reason }: Rejection): void {
  // What was not read of it is not waited for.
  answer.setHeader('connection', 'close');
  json(answer, status, { type: 'request', reason });
}

function json(answer: ServerResponse, status: number, body: unknown): void {
  if (answer.headersSent || answer.destroyed) return;
  const text = Buffer.from(visibleJson(body));
  answer.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': text.length });
  answer.end(text);
}
