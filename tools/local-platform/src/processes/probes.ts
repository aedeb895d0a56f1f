import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, createServer } from 'node:net';

const probeTimeoutMs = 1500;

/** A request of an HTTP probe. */
export interface HttpProbe {
  readonly url: string;
  /** Sent over this socket instead of the network. */
  readonly socketPath?: string;
  readonly tls?: { readonly cert?: string; readonly key?: string; readonly ca?: string };
}

/** Returns the status of the answer, or 0 when there was none. */
export function httpStatus({ url, socketPath, tls }: HttpProbe): Promise<number> {
  return new Promise((resolve) => {
    const options = {
      timeout: probeTimeoutMs,
      agent: false as const,
      ...(socketPath === undefined ? {} : { socketPath }),
    };
    const request = url.startsWith('https:')
      ? httpsRequest(url, { ...options, ...tls, rejectUnauthorized: tls?.ca !== undefined })
      : httpRequest(url, options);
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(0));
    request.on('close', () => resolve(0));
    request.end();
  });
}

/** Reports whether the answer is a success. */
export async function answersWell(probe: HttpProbe): Promise<boolean> {
  const status = await httpStatus(probe);
  return status >= 200 && status < 300;
}

/** Reports whether a process accepts connections on this socket file. */
export function acceptsOnSocket(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.setTimeout(probeTimeoutMs, () => socket.destroy());
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}

/** Reports whether a program could listen on this port now. */
export function isPortFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
