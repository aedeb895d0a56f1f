import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where the repository is, as at a forge. */
const path = '/acme/shop.git';

/** A bare repository that git's own server serves over http, where a forge would have it. */
export class HttpOrigin {
  private readonly server: Server;

  private constructor(folder: string) {
    this.server = createServer((request, response) => serve(folder, request, response));
  }

  /** @param folder of the bare repository. */
  static async start(folder: string): Promise<HttpOrigin> {
    const origin = new HttpOrigin(folder);
    await new Promise<void>((resolve) => origin.server.listen(0, '127.0.0.1', resolve));
    return origin;
  }

  /** The server: `http://127.0.0.1:4321`. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Address of the repository. */
  get repository(): string {
    return `${this.url}${path}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function serve(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://origin');
  if (!url.pathname.startsWith(path)) return void response.writeHead(404).end();
  const { headers, method = 'GET' } = request;
  const backend = spawn('git', ['http-backend'], {
    env: {
      ...process.env,
      ...{ GIT_PROJECT_ROOT: folder, GIT_HTTP_EXPORT_ALL: '1', REMOTE_USER: 'ada', REQUEST_METHOD: method },
      ...{ PATH_INFO: url.pathname.slice(path.length), QUERY_STRING: url.search.slice(1) },
      ...{ CONTENT_TYPE: headers['content-type'] ?? '', CONTENT_LENGTH: headers['content-length'] ?? '' },
      ...{ HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '' },
      ...{ GIT_PROTOCOL: String(headers['git-protocol'] ?? '') },
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  backend.stdin.on('error', () => {});
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.on('close', () => answer(Buffer.concat(chunks), response));
}

/** Sends what a program of the Common Gateway Interface wrote: headers, an empty line, the body. */
function answer(output: Buffer, response: ServerResponse): void {
  const end = output.indexOf('\r\n\r\n');
  for (const line of output.subarray(0, Math.max(end, 0)).toString().split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(line) ?? [];
    if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
    else if (name !== '') response.setHeader(name, value);
  }
  response.end(output.subarray(end + 4));
}
