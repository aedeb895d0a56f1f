import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** The network between a client and a server of this machine, which can be made to fail. It passes on bytes, encrypted or not. */
export class TcpProxy {
  readonly port: number;
  private readonly server: Server;
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private isSilent = false;

  private constructor(server: Server) {
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** @param target where bytes are passed on to. */
  static async start(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new TcpProxy(server);
    server.on('connection', (client) => proxy.join(client, connect(target)));
    return proxy;
  }

  /** Passes on nothing more and closes nothing, as a firewall that drops packets; takes new connections, too. */
  goSilent(): void {
    this.isSilent = true;
    for (const sockets of this.pairs) for (const socket of sockets) socket.pause();
  }

  /** Breaks all connections, and refuses new ones. */
  async refuse(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const sockets of this.pairs) for (const socket of sockets) socket.destroy();
    await closed;
  }

  /** Passes on again. Connections that were silent stay that: whatever forgot them does not remember them. */
  async recover(): Promise<void> {
    this.isSilent = false;
    if (!this.server.listening)
      await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    if (this.server.listening) await this.refuse();
  }

  private join(client: Socket, server: Socket): void {
    const pair = [client, server] as const;
    this.pairs.add(pair);
    for (const [one, other] of [pair, [server, client]] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        this.pairs.delete(pair);
      });
      one.on('data', (bytes) => void other.write(bytes));
      if (this.isSilent) one.pause();
    }
  }
}
