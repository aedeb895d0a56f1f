import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../../plugin/src/model/environment/environment.ts';
import { findAccess } from '../../../plugin/src/adapters/kubernetes/client/credentials/kubeconfig.ts';
import type { ClusterAccess } from '../../../plugin/src/adapters/kubernetes/client/credentials/cluster-access.ts';

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

/** What an API server answers whose etcd elects a leader. */
const leaderChanged = JSON.stringify({
  ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 500 },
  message: 'etcdserver: leader changed',
});

/**
 * Stands between a deployer and the real API server, on this machine: it sees every answer before the deployer does, can
 * lose the network, and can answer as one whose etcd has no leader.
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
  private isElecting = false;
  private failed = 0;

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

  /**
   * Answers for some time as an API server does whose etcd elects a leader. Every second request was done all the same:
   * only its answer was lost.
   * @returns how many requests failed.
   */
  async changeLeader(milliseconds: number): Promise<number> {
    const before = this.failed;
    this.isElecting = true;
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    this.isElecting = false;
    return this.failed - before;
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
    const isFailing = this.isElecting && needsStore(path);
    if (isFailing && (++this.failed % 2 === 0 || isWatch)) {
      asked.resume();
      return void answerLeaderChanged(answer);
    }
    const headers = { ...asked.headers, ...(await this.access.headers()), host: new URL(this.access.server).host };
    const sent = request(`${this.access.server}${url}`, { method, headers, agent: this.agent }, (received) => {
      const pieces: Buffer[] = [];
      const pass = () => {
        if (!this.watcher({ number: ++this.answers, what: `${method} ${path}`, isWrite })) return answer.destroy();
        if (answer.destroyed) return;
        if (isFailing) return answerLeaderChanged(answer);
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
        if (!answer.destroyed && !isFailing) answer.end(Buffer.concat(pieces));
      });
    });
    sent.on('error', () => answer.destroy());
    answer.on('close', () => (isWatch ? sent.destroy() : undefined)).on('error', () => {});
    asked.pipe(sent);
  }
}

/** Reports whether etcd is asked for an answer: it knows objects, and neither kinds nor rights. */
function needsStore(path: string): boolean {
  return path.includes('/namespaces/') && !path.includes('/selfsubject');
}

function answerLeaderChanged(answer: ServerResponse): void {
  answer.writeHead(500, { 'content-type': 'application/json' }).end(leaderChanged);
}
