import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import type { DataPath, Decision } from './data-path.ts';
import type { GatewayConfig } from './gateway-config.ts';

/** Headers that belong to one connection. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
];

/** Names below localhost are this machine (RFC 6761), also where the resolver does not know them. */
const lookup: LookupFunction = (hostname, options, callback) => {
  const isHere = hostname === 'localhost' || hostname.endsWith('.localhost');
  void import('node:dns').then(({ lookup: resolve }) => resolve(isHere ? '127.0.0.1' : hostname, options, callback));
};

/** The gateway of the simulated instance: it answers clients' calls over TLS, and forwards them to real backends. */
export class GatewayServer {
  private readonly server: https.Server;
  private readonly dataPath: DataPath;
  private readonly configFor: () => GatewayConfig;
  private readonly agents = {
    'http:': new http.Agent({ keepAlive: true, lookup }),
    'https:': new https.Agent({ keepAlive: true, lookup }),
  };

  /** @param configFor what the gateway unit that gets the next call knows. */
  constructor(tls: https.ServerOptions, dataPath: DataPath, configFor: () => GatewayConfig) {
    this.dataPath = dataPath;
    this.configFor = configFor;
    this.server = https.createServer({ ...tls, keepAliveTimeout: 72_000 }, (request, response) =>
      this.serve(request, response),
    );
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    for (const agent of Object.values(this.agents)) agent.destroy();
    await closed;
  }

  private serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { method = '', url = '', headers } = request;
    const decision = this.dataPath.decide(this.configFor(), { method, url, headers });
    if (decision.kind === 'refused') return refuse(response, decision);
    this.forward(request, response, decision);
  }

  private forward(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    decision: Extract<Decision, { kind: 'forwarded' }>,
    isSecondTry = false,
  ): void {
    const target = new URL(decision.url);
    const isSecure = target.protocol === 'https:';
    const kept = Object.entries(request.headers).filter(([name]) => !hopByHop.includes(name));
    const headers = { ...Object.fromEntries(kept), host: target.host, 'x-forwarded-for': request.socket.remoteAddress };
    const agent = this.agents[isSecure ? 'https:' : 'http:'];
    const sent = (isSecure ? https : http).request(target, { method: request.method, headers, agent });
    const hasBody =
      request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
    sent.on('response', (answer) => {
      const passed = Object.entries(answer.headers).filter(([name]) => !hopByHop.includes(name));
      response.writeHead(answer.statusCode ?? 500, { ...Object.fromEntries(passed), ...decision.headers });
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    sent.on('error', () => {
      if (response.headersSent) return void response.destroy();
      // The backend closed an idle connection while it was taken from the pool: what was not sent can be sent again.
      if (sent.reusedSocket && !hasBody && !isSecondTry) return this.forward(request, response, decision, true);
      refuse(response, { kind: 'refused', status: 500, message: 'Internal server error', headers: {} });
    });
    response.on('close', () => sent.destroy());
    if (hasBody) request.pipe(sent);
    else sent.end();
  }
}

function refuse(
  response: http.ServerResponse,
  { status, message, headers }: Extract<Decision, { kind: 'refused' }>,
): void {
  const body = JSON.stringify({ statusCode: status, message });
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
