import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** How a proxy is. */
export interface ProxySettings {
  /** `USER:PASSWORD` that it wants; others get 407. */
  readonly login?: string;
  /** The ways to log in that it offers; Basic when left out. */
  readonly ways?: string;
  /** Answers all that is asked for with this status, as rules of a company do. */
  readonly denies?: number;
  /** True when it takes connections and never answers. */
  readonly isSilent?: boolean;
  /** It is spoken to in TLS, with this certificate. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
}

/** A company's proxy, which alone knows where its names are: on ports of this machine. It tunnels, and passes on plain http. */
export class ConnectProxy {
  /** `http://127.0.0.1:3128`. */
  readonly address: string;
  /** What was asked for over each connection, `host:port`, with the login at the proxy. */
  readonly asked: string[] = [];
  /** The ways that was asked in: `CONNECT`, or the method of a request that is passed on. */
  readonly methods: string[] = [];
  private readonly server: Server;
  private readonly settings: ProxySettings;
  private readonly port: number;
  private readonly sockets = new Set<{ destroy(): void }>();
  private readonly known = new WeakSet<object>();

  private constructor(server: Server, port: number, settings: ProxySettings) {
    this.server = server;
    this.settings = settings;
    this.port = port;
    this.address = `${settings.tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket: Socket) =>
      this.sockets.add(socket.on('close', () => this.sockets.delete(socket))),
    );
    server.on('connect', (request: IncomingMessage, socket: Socket) => this.tunnel(request, socket));
    server.on('request', (request: IncomingMessage, answer: ServerResponse) => this.passOn(request, answer));
  }

  /** @param port of this machine, where all that is asked for is; 0 for the port that is asked for. */
  static async start(port: number, settings: ProxySettings = {}): Promise<ConnectProxy> {
    const server: Server = settings.tls ? createTlsServer(settings.tls) : createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ConnectProxy(server, port, settings);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private tunnel(request: IncomingMessage, socket: Socket): void {
    const { url = '' } = request;
    const refusal = this.note(request, url);
    socket.on('error', () => {});
    if (refusal === 'silence') return;
    if (refusal !== undefined) {
      const ways = refusal === 407 ? `Proxy-Authenticate: ${this.ways}\r\n` : '';
      return void socket.end(`HTTP/1.1 ${refusal} No\r\n${ways}Content-Length: 0\r\n\r\n`);
    }
    const there = connect(this.portOf(url), '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    this.sockets.add(there);
    there.pipe(socket).pipe(there);
    there.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(there));
    socket.on('error', () => there.destroy()).on('close', () => there.destroy());
  }

  private passOn(request: IncomingMessage, answer: ServerResponse): void {
    const { url = '', method = '' } = request;
    if (!URL.canParse(url)) return void answer.writeHead(400).end();
    const { host, port, pathname, search } = new URL(url);
    const refusal = this.note(request, port === '' ? `${host}:80` : host);
    if (refusal === 'silence') return;
    if (refusal !== undefined)
      return void answer.writeHead(refusal, refusal === 407 ? { 'proxy-authenticate': this.ways } : {}).end();
    const options = { host: '127.0.0.1', port: this.portOf(host), path: pathname + search, method };
    const there = ask({ ...options, headers: { ...headersOf(request), host }, agent: false }, (got) => {
      const { connection: _, ...given } = got.headers;
      answer.writeHead(got.statusCode ?? 502, given);
      got.pipe(answer);
    });
    there.on('error', () => answer.destroy());
    request.pipe(there);
  }

  /** Notes what is asked for. @returns the status with which it is refused; undefined where it is not. */
  private note({ headers, method = '', socket }: IncomingMessage, to: string): number | 'silence' | undefined {
    const login = headers['proxy-authorization'];
    if (!this.known.has(socket)) {
      this.asked.push([to, login].filter(Boolean).join(' '));
      this.methods.push(method);
    }
    this.known.add(socket);
    const { isSilent, denies, login: wanted } = this.settings;
    if (isSilent) return 'silence';
    if (wanted !== undefined && login !== `Basic ${Buffer.from(wanted).toString('base64')}`) return 407;
    return denies;
  }

  private get ways(): string {
    return this.settings.ways ?? 'Basic realm="corp"';
  }

  private portOf(to: string): number {
    return this.port || Number(to.replace(/^.*:/, ''));
  }
}

/** Returns the headers that are passed on, each as often as it was sent. */
function headersOf({ headersDistinct }: IncomingMessage): Record<string, string[]> {
  const notPassedOn = ['proxy-authorization', 'proxy-connection', 'connection', 'host'];
  return Object.fromEntries(
    Object.entries(headersDistinct).filter(
      (header): header is [string, string[]] => !notPassedOn.includes(header[0]) && header[1] !== undefined,
    ),
  );
}
