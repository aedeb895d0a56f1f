import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DashboardPatch, DashboardState } from '../../plugin/src/model/dashboard/dashboard-state.ts';
import { visibleJson } from '../../plugin/src/adapters/dashboard/visible-json.ts';
import { applyPatch } from '../../plugin/src/model/dashboard/apply-patch.ts';

interface Page {
  readonly html: string;
  readonly js: string;
  readonly css: string;
  /** Only needed where graphs are drawn. */
  readonly graphLayout?: string;
}

/** What the page may do, as the real server says it. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/** A server that speaks as the dashboard's does, and says what a test wants. */
export class FakeBoard {
  state: DashboardState;
  /** False: it answers nothing, as when it was stopped. */
  isUp = true;
  /** False: a session is over. */
  isKnown = true;
  readonly posts: { path: string; token: string | undefined }[] = [];
  /** Answers to requests by `POST /api/plans`; others are answered as a session is. */
  readonly answers = new Map<string, { readonly status: number; readonly body: unknown }>([
    ['GET /api/runs', { status: 200, body: { runs: [] } }],
  ]);
  private readonly streams = new Set<ServerResponse>();
  private readonly server;
  private readonly page: Page;

  constructor(page: Page, state: DashboardState) {
    this.page = page;
    this.state = state;
    this.server = createServer(({ url = '/', method, headers }, answer) => {
      const { pathname } = new URL(url, 'http://localhost');
      if (!this.isUp) return void answer.destroy();
      if (method === 'POST') {
        this.posts.push({ path: pathname, token: headers['x-poc-token'] as string | undefined });
        if (this.answers.has(`POST ${pathname}`)) return this.reply(answer, `POST ${pathname}`);
        return send(answer, 'application/json', JSON.stringify({ token: 'of the session' }));
      }
      if (pathname.startsWith('/api/') && !this.isKnown) return void answer.writeHead(401).end();
      if (pathname === '/api/state') return send(answer, 'application/json', visibleJson(this.state));
      if (pathname === '/api/events') return this.stream(answer);
      if (this.answers.has(`GET ${pathname}`)) return this.reply(answer, `GET ${pathname}`);
      if (pathname === '/dashboard.js') return send(answer, 'text/javascript', this.page.js);
      if (pathname === '/graph-layout.js') return send(answer, 'text/javascript', this.page.graphLayout ?? '');
      if (pathname === '/dashboard.css') return send(answer, 'text/css', this.page.css);
      send(answer, 'text/html', this.page.html);
    });
  }

  /** Listens. @returns its address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How many read the stream. */
  get readers(): number {
    return this.streams.size;
  }

  /** Changes the state, and tells of it. */
  patch(change: Partial<Omit<DashboardPatch, 'version'>>): void {
    const { version, now } = this.state;
    const patch: DashboardPatch = { version: version + 1, now, cells: [], gaps: [], ...change };
    this.state = applyPatch(this.state, patch);
    this.tell('patch', patch);
  }

  beat(): void {
    this.tell('beat', { now: this.state.now, version: this.state.version });
  }

  /** Answers nobody any more. */
  goAway(): void {
    this.isUp = false;
    for (const stream of this.streams) stream.destroy();
  }

  async stop(): Promise<void> {
    this.goAway();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private reply(answer: ServerResponse, request: string): void {
    const { status, body } = this.answers.get(request)!;
    answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  /** Sends an event of the stream. */
  tell(event: string, data: unknown): void {
    for (const stream of this.streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  private stream(answer: ServerResponse): void {
    answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    this.streams.add(answer);
    answer.on('close', () => this.streams.delete(answer));
    answer.write('retry: 1000\n\n');
    this.beat();
  }
}

function send(answer: ServerResponse, type: string, body: string): void {
  answer.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': policy }).end(body);
}
