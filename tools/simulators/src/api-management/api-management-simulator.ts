import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataPath } from './data-path/data-path.ts';
import { ApiManagementDescription } from './description/description.ts';
import { ConfigHistory, type GatewayConfig } from './data-path/gateway-config.ts';
import { GatewayServer } from './data-path/gateway-server.ts';
import { Instance } from './instance/instance.ts';
import { instanceId, ManagementApi } from './management/management-api.ts';

/** A certificate with its key, as texts. */
export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** When each of the gateway's units knows of a change, as a part of the time until all do. */
const unitDelays = [0.3, 1];

/**
 * A simulator of Azure API Management: of the management API, which `@azure/arm-apimanagement` speaks to over TLS, and of
 * the gateway, which clients call. It keeps what it is given, and is strict: every request and every answer is held
 * against Microsoft's own description, which the SDK carries; what does not fit is a complaint, and a request like that
 * is refused. It refuses, too, what the service is known to refuse beyond its description.
 *
 * It was written from Microsoft's description, documentation and issues, never beside a real instance. What it does not
 * know is in docs/api-facade.md. Where sources leave two possibilities it takes the stricter one. Of policies it checks
 * XML, references and size; it carries out one of their statements (policy-effects.ts), and keeps the others
 * (`skippedPolicies` names them). It does not export, fetch links, convert OpenAPI 2.0, filter lists, or know workspaces.
 */
export class ApiManagementSimulator {
  readonly management: ManagementApi;
  readonly instance: Instance;
  /** From a change until the last of the gateway's units knows it; meanwhile old and new answer in turn. */
  propagationMs = 100;
  /** How long an answer of the management API is under way, after what was asked for is done. */
  answerMs = 0;
  /** Called after each answer of the management API, with the request's line: `PUT apis/orders`. */
  afterAnswer: (line: string) => void = () => {};
  /** True while nothing gets to the management API: connections break before anything of a request is carried out. */
  isCutOff = false;
  private readonly dataPath = new DataPath();
  private readonly history: ConfigHistory;
  private readonly server: Server;
  private readonly gateway: GatewayServer;
  /** Also those whose handshake is not done, which the server itself would not close. */
  private readonly sockets = new Set<Socket>();
  private calls = 0;
  /** Kept: requests that are under way may outlive the server. */
  private port = 0;

  private constructor(description: ApiManagementDescription, tls: Tls) {
    this.gateway = new GatewayServer(tls, this.dataPath, () => this.nextConfig());
    this.instance = new Instance(instanceId, () => this.gateway.url);
    this.history = new ConfigHistory(this.instance.config);
    const changed = (time: number) => this.history.record(time, this.instance.config);
    this.management = new ManagementApi(description, this.instance, changed);
    this.server = createServer(tls, (request, response) => void this.serve(request, response));
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  /** @param tls issued by a `TestAuthority`, which clients are to trust. */
  static async start(tls: Tls): Promise<ApiManagementSimulator> {
    const simulator = new ApiManagementSimulator(await ApiManagementDescription.load(), tls);
    await simulator.gateway.listen();
    await new Promise<void>((resolve) => simulator.server.listen(0, '127.0.0.1', resolve));
    simulator.port = (simulator.server.address() as AddressInfo).port;
    return simulator;
  }

  /** Address of the management API. */
  get endpoint(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Address that clients call. */
  get gatewayUrl(): string {
    return this.gateway.url;
  }

  /** The statements of policies that are kept and not carried out, which calls came past. */
  get skippedPolicies(): ReadonlySet<string> {
    return this.dataPath.skippedPolicies;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await Promise.all([closed, this.gateway.close()]);
  }

  /** What the unit of the gateway knows that gets the next call. */
  private nextConfig(): GatewayConfig {
    this.management.settle();
    const now = performance.now();
    const delay = unitDelays[this.calls++ % unitDelays.length] ?? 0;
    return this.history.at(now - delay * this.propagationMs, now - this.propagationMs);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const address = `${this.endpoint}${url}`;
    if (!isDecodable(address)) return void response.writeHead(400).end();
    if (this.isCutOff) return void request.socket.destroy();
    const incoming = { method, url: new URL(address), headers, text: await text(request) };
    const answer = this.management.answer(incoming);
    const line = this.management.seen.at(-1) ?? '';
    if (this.answerMs > 0) await sleep(this.answerMs);
    if (answer.isLost) {
      request.socket.destroy();
      return this.afterAnswer(line);
    }
    const body = absolute(answer.body, this.endpoint);
    response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', ...answer.headers });
    response.end(method === 'HEAD' || body === undefined ? undefined : JSON.stringify(body));
    this.afterAnswer(line);
  }
}

function isDecodable(address: string): boolean {
  try {
    return decodeURIComponent(new URL(address).pathname) !== '';
  } catch {
    return false;
  }
}

/** Returns a body with the address of its next page, if it has one, as clients can call it. */
function absolute(body: unknown, endpoint: string): unknown {
  const next = (body as { nextLink?: string } | undefined)?.nextLink;
  return next === undefined ? body : { ...(body as object), nextLink: `${endpoint}${next}` };
}
