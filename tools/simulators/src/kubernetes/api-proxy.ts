import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../../plugin/src/model/environment/environment.ts';
import { findAccess } from '../../../plugin/src/adapters/kubernetes/client/kubeconfig.ts';
import type { ClusterAccess } from '../../../plugin/src/adapters/kubernetes/client/cluster-access.ts';

/** One answer of the API server. */
export interface ApiAnswer {
  /** Counts the answers since `watchAnswers`, from 1. */
  readonly number: number;
  /** `PATCH /apis/apps/v1/…`, without the query. */
  readonly what: string;
  /** True when it can have changed anything. */
  readonly isWrite: boolean;
}

/** @returns false when the answer shall not be passed on. */
type Watcher = (answer: ApiAnswer) => boolean;

/**
 * Stands between a deployer and the real API server, on this machine: it sees every answer before the deployer does, and
 * can lose the network.
 */
export class ApiProxy {
  /** Name the deployer's kubeconfig by this path. */
  readonly kubeconfig: string;
  private readonly folder: string;
  private readonly server: Server;
  private readonly access: ClusterAccess;
  private readonly agent: Agent;
  private readonly sockets = new Set<Socket>();
  private watcher: Watcher = () => true;
  private answers = 0;
  private isCut = false;

  private constructor(access: ClusterAccess) {
    this.access = access;
    this.agent = new Agent({ keepAlive: true, ...access.tls });
    this.folder = mkdtempSync(join(tmpdir(), 'poc api proxy '));
    this.kubeconfig = join(this.folder, 'kubeconfig');
    this.server = createServer((asked, answer) => void this.pass(asked, answer));
    this.server.on('connection', (socket) => {
      if (this.isCut) return void socket.destroy();
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket)).on('error', () => {});
    });
  }

  /** @param cluster what the proxy stands before: a context of the platform's kubeconfig. */
  static async start(cluster: Environment['cluster']): Promise<ApiProxy> {
    const proxy = new ApiProxy(await findAccess({ name: 'soak', cluster } as Environment, '/'));
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    const server = `http://127.0.0.1:${(proxy.server.address() as AddressInfo).port}`;
    const config = {
      contexts: [{ name: cluster.context, context: { cluster: 'proxy', user: 'proxy' } }],
      clusters: [{ name: 'proxy', cluster: { server } }],
      users: [{ name: 'proxy', user: {} }],
    };
    writeFileSync(proxy.kubeconfig, JSON.stringify(config));
    return proxy;
  }

  /** Counts answers anew, and shows each of them to a watcher. */
  watchAnswers(watcher: Watcher = () => true): void {
    this.answers = 0;
    this.watcher = watcher;
  }

  /** How many answers there were since `watchAnswers`. */
  get count(): number {
    return this.answers;
  }

  /** Breaks all connections, and lets nobody in for some time. */
  async loseNetwork(milliseconds: number): Promise<void> {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    this.isCut = false;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    this.agent.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = asked;
    const [path = '/', query = ''] = url.split('?', 2);
    const isWatch = /(^|&)watch=(1|true)/.test(query);
    const isWrite = method !== 'GET' && !query.includes('dryRun=All') && !path.includes('/selfsubject');
    const headers = { ...asked.headers, ...(await this.access.headers()), host: new URL(this.access.server).host };
    const sent = request(`${this.access.server}${url}`, { method, headers, agent: this.agent }, (received) => {
      const pieces: Buffer[] = [];
      const pass = () => {
        if (!this.watcher({ number: ++this.answers, what: `${method} ${path}`, isWrite })) return answer.destroy();
        if (answer.destroyed) return;
        answer.writeHead(received.statusCode ?? 502, received.headers);
      };
      if (isWatch) {
        pass();
        received.pipe(answer);
        return;
      }
      // Whole before it is counted: what the deployer asked for is done then.
      received.on('data', (piece: Buffer) => pieces.push(piece));
      received.on('end', () => {
        pass();
        if (!answer.destroyed) answer.end(Buffer.concat(pieces));
      });
    });
    sent.on('error', () => answer.destroy());
    answer.on('close', () => (isWatch ? sent.destroy() : undefined)).on('error', () => {});
    asked.pipe(sent);
  }
}
