import { createServer, type Server, type Socket } from 'node:net';
import { Refusal } from '../../model/errors/product-error.ts';
import type { Listener, PortWish } from '../../ports/dev/dev-machine.ts';

/** Ports that are tried when any will do. */
const tries = 100;
const host = '127.0.0.1';

/** Listens on a port of this machine alone. @throws {Refusal} when it is taken. */
export async function listen(wish: PortWish, connect: (connection: Socket) => void): Promise<Listener> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (connection) => {
    open.add(connection);
    connection.on('close', () => open.delete(connection)).on('error', () => connection.destroy());
    connect(connection);
  });
  const port = await listenOn(server, wish);
  return {
    port,
    close() {
      server.close();
      for (const connection of open) connection.destroy();
    },
  };
}

/** Has a server listen on the port that is wanted. @returns the port. @throws {Refusal} when it is taken. */
export async function listenOn(
  server: Pick<Server, 'listen' | 'address' | 'once' | 'off'>,
  wish: PortWish,
): Promise<number> {
  const last = wish.isExact || wish.port === 0 ? wish.port : Math.min(wish.port + tries, 65_535);
  for (let port = wish.port; ; port++) {
    const code = await tryPort(server, port);
    if (code === undefined) return (server.address() as { port: number }).port;
    if (port < last && (code === 'EADDRINUSE' || code === 'EACCES')) continue;
    throw new Refusal({
      type: 'port-in-use',
      doing: `listen on port ${wish.port}`,
      reason: code === 'EADDRINUSE' ? 'Another program listens on it.' : `The system refused it (${code}).`,
      remedy: 'Stop that program, or choose another port; without the option the next free one is taken.',
    });
  }
}

/** Returns a port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOn(server, { port: 0, isExact: true });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function tryPort(server: Pick<Server, 'listen' | 'once' | 'off'>, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const onError = ({ code = 'unknown' }: NodeJS.ErrnoException) => {
      server.off('listening', onListening);
      resolve(code);
    };
    const onListening = () => {
      server.off('error', onError);
      resolve(undefined);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen(port, host);
  });
}
