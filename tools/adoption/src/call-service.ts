import { connect } from 'node:http2';
import { askOnce } from '../../scratch-workspace/src/clients/ask-once.ts';
import { servicePortOf, type BoutiqueService } from './boutique.ts';

/** Milliseconds. */
const limit = 10_000;
/** A message of gRPC without content: uncompressed, of no bytes. */
const empty = Buffer.alloc(5);

/**
 * Calls a service over a connection of its own: HTTP, or the health check of gRPC.
 * @param host address of its Service. @returns what went wrong, if anything did.
 */
export function callService(service: BoutiqueService, host: string): Promise<string | undefined> {
  const address = `http://${host}:${servicePortOf(service)}`;
  return service.protocol === 'http' ? askOnce({ url: `${address}/` }) : checkHealth(address);
}

function checkHealth(authority: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const session = connect(authority);
    const end = (what: string | undefined) => {
      session.destroy();
      resolve(what);
    };
    session.setTimeout(limit, () => end('no answer in time'));
    session.on('error', ({ message }: Error) => end(message));
    const headers = { ':method': 'POST', ':path': '/grpc.health.v1.Health/Check' };
    const call = session.request({ ...headers, 'content-type': 'application/grpc', te: 'trailers' });
    let status: string | undefined;
    let bytes = 0;
    call.on('trailers', (trailers) => (status = String(trailers['grpc-status'])));
    call.on('data', (part: Buffer) => (bytes += part.length));
    call.on('error', ({ message }: Error) => end(message));
    call.on('end', () => end(status === '0' && bytes === 7 ? undefined : `gRPC status ${status}, ${bytes} bytes`));
    call.end(empty);
  });
}
