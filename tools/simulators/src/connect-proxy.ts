import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A company's proxy, which alone knows where its names are: all of them on one port of this machine. */
export class ConnectProxy {
  /** `http://127.0.0.1:3128`. */
  readonly address: string;
  /** What was asked for, each with the login at the proxy. */
  readonly asked: string[] = [];
  private readonly server: Server;
  private readonly sockets = new Set<{ destroy(): void }>();

  private constructor(server: Server, port: number) {
    this.server = server;
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connect', (request, socket: Socket) => {
      this.asked.push([request.url, request.headers['proxy-authorization']].filter(Boolean).join(' '));
      const there = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
      there.pipe(socket).pipe(there);
      for (const [one, other] of [
        [there, socket],
        [socket, there],
      ] as const) {
        this.sockets.add(one);
        one.on('error', () => other.destroy()).on('close', () => this.sockets.delete(one));
      }
    });
  }

  /** @param port of this machine, where all that is asked for is. */
  static async start(port: number): Promise<ConnectProxy> {
    const server = createServer((_, answer) => answer.writeHead(405).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ConnectProxy(server, port);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
