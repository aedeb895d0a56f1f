import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Bytes that a proxy collects before it passes them on. */
const most = 16 * 1024;

/** A proxy that passes on answers in large pieces, as many do by default: a stream of small events does not come through. */
export class CollectingProxy {
  /** True while it does; false when it is set up as the docs say. */
  isCollecting = true;
  readonly address: string;
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(target: string): Promise<CollectingProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new CollectingProxy(server);
    server.on('request', (request, answer) => {
      const passed = ask(new URL(request.url ?? '/', target), { method: request.method, headers: request.headers });
      passed.on('response', (said) => {
        let kept: Buffer[] = [];
        const passOn = () => {
          if (!answer.headersSent) answer.writeHead(said.statusCode ?? 0, said.headers);
          for (const bytes of kept) answer.write(bytes);
          kept = [];
        };
        said.on('data', (bytes: Buffer) => {
          kept.push(bytes);
          if (!proxy.isCollecting || Buffer.concat(kept).length >= most) passOn();
        });
        said.on('end', () => {
          passOn();
          answer.end();
        });
      });
      passed.on('error', () => answer.destroy());
      answer.on('close', () => passed.destroy());
      request.pipe(passed);
    });
    return proxy;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}
