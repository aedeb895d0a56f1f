import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Gitea } from './gitea.ts';

/** Stands before the API of a Gitea, so that something can be done just before a request gets there. */
export class ApiProxy {
  /** Called with each request, `POST /api/v1/repos/acme/shop/releases`, before it is passed on. */
  before: (what: string) => Promise<void> = async () => {};
  private readonly gitea: Gitea;
  private readonly server: Server;

  private constructor(gitea: Gitea) {
    this.gitea = gitea;
    this.server = createServer((asked, answer) => void this.pass(asked, answer));
  }

  static async start(gitea: Gitea): Promise<ApiProxy> {
    const proxy = new ApiProxy(gitea);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** Address of the API behind it. */
  get api(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api/v1`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = asked;
    await this.before(`${method} ${url}`);
    const passed = request(`http://${this.gitea.host}${url}`, { method, headers, agent: false }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on('error', () => asked.socket.destroy());
    asked.pipe(passed);
  }
}
