import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { SocksProxyAgent } from 'socks-proxy-agent';
import { openTunnel, reachProxy, type Passage } from './connect-proxy.ts';
import { loginAt } from './proxy.ts';
import { ProxyTrouble } from './proxy-trouble.ts';

/** Hands a connection to a request, or why there is none. */
type Callback = (error: Error | null, stream: Duplex) => void;

/** A request's connection, as an agent is told of it. */
type Target = Omit<Passage, 'proxy'>;

/**
 * Returns an agent whose connections go through a proxy, or directly where there is none. Through an HTTP proxy, requests in
 * plain http are passed on one by one, as curl sends them: most proxies make tunnels (CONNECT) to encrypted ports only.
 * @param isTunnelled true where the request names another host than it is sent to, which only a tunnel leaves as it is.
 */
export function agentThrough(
  proxy: string | undefined,
  address: string,
  options: https.AgentOptions,
  isTunnelled = false,
): http.Agent {
  const isTls = address.startsWith('https:');
  if (proxy === undefined) return isTls ? new https.Agent(options) : new http.Agent(options);
  if (proxy.startsWith('socks')) return new SocksAgent(proxy, options);
  if (isTls) return new TunnelAgent(proxy, options);
  return isTunnelled ? new PlainTunnelAgent(proxy, options) : new ForwardingAgent(proxy, options);
}

/** Speaks TLS through a tunnel. */
class TunnelAgent extends https.Agent {
  private readonly proxy: string;

  constructor(proxy: string, options: https.AgentOptions) {
    super(options);
    this.proxy = proxy;
  }

  override createConnection(options: https.RequestOptions, callback?: Callback): undefined {
    const tunnel = openTunnel({ ...(options as Target), proxy: this.proxy });
    const encrypted = tunnel.then((socket) => super.createConnection({ ...options, socket } as https.RequestOptions)!);
    handOver(encrypted, callback);
  }
}

/** Speaks plain http through a tunnel. */
class PlainTunnelAgent extends http.Agent {
  private readonly proxy: string;

  constructor(proxy: string, options: http.AgentOptions) {
    super(options);
    this.proxy = proxy;
  }

  override createConnection(options: http.ClientRequestArgs, callback?: Callback): undefined {
    handOver(openTunnel({ ...(options as Target), proxy: this.proxy }), callback);
  }
}

/** Has a proxy pass on requests in plain http, each of which names the whole address. */
class ForwardingAgent extends http.Agent {
  private readonly proxy: string;

  constructor(proxy: string, options: http.AgentOptions) {
    super(options);
    this.proxy = proxy;
  }

  /** Is called by a request before anything of it is written. */
  addRequest(request: http.ClientRequest, options: Target): void {
    const { host, port } = options;
    const to = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    request.path = `http://${to}${request.path}`;
    const login = loginAt(new URL(this.proxy));
    if (login !== undefined) request.setHeader('proxy-authorization', login);
    const emit = request.emit.bind(request) as (...event: unknown[]) => boolean;
    const refusal = (answer: http.IncomingMessage) =>
      ProxyTrouble.refused(this.proxy, to, {
        status: 407,
        ways: [answer.headers['proxy-authenticate']].flat().join(', '),
      });
    // A login at the proxy is its business alone: whoever asked would take the answer for that of the server.
    request.emit = (event: string | symbol, ...values: unknown[]) => {
      const [answer] = values as [http.IncomingMessage];
      if (event !== 'response' || answer.statusCode !== 407) return emit(event, ...values);
      request.destroy(refusal(answer));
      return true;
    };
    // Node's own; its types leave it out.
    (http.Agent.prototype as unknown as Pick<ForwardingAgent, 'addRequest'>).addRequest.call(this, request, options);
  }

  override createConnection(_options: http.ClientRequestArgs, callback?: Callback): undefined {
    handOver(reachProxy(this.proxy), callback);
  }
}

/** Speaks through a SOCKS proxy. */
class SocksAgent extends SocksProxyAgent {
  private readonly address: string;

  constructor(proxy: string, options: https.AgentOptions) {
    super(proxy, options);
    this.address = proxy;
  }

  override async connect(...asked: Parameters<SocksProxyAgent['connect']>) {
    try {
      return await super.connect(...asked);
    } catch (cause) {
      throw ProxyTrouble.unreachable(this.address, cause);
    }
  }
}

function handOver(connection: Promise<Duplex>, callback: Callback | undefined): undefined {
  // With an error, nobody looks at what comes with it.
  connection.then(
    (socket) => callback?.(null, socket),
    (error: Error) => callback?.(error, undefined as never),
  );
}
