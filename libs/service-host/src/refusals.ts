import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { HttpProblem, problemBody, problemType } from './problem.ts';
import { pathOf, refusePath } from './request-path.ts';

/** Those that a description may have. */
const implemented = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']);

/** Returns why a request is not served, whatever it is about; undefined when it is. */
export function refuseRequest(request: FastifyRequest): HttpProblem | undefined {
  const head = refuseHead(request.raw);
  if (head) ended.add(request.raw.socket);
  return head ?? (implemented.has(request.method) ? refusePath(pathOf(request)) : methodNotImplemented());
}

/** Connections that end with the answer that they get. */
const ended = new WeakSet<Duplex>();

/** Returns the answer to a head that Node has let through. Who knows what comes behind it: its connection ends. */
function refuseHead({
  httpVersionMajor,
  httpVersionMinor,
  headers,
  rawHeaders,
}: IncomingMessage): HttpProblem | undefined {
  const refuse = (status: number, title: string, detail: string) =>
    new HttpProblem(status, title, detail, { connection: 'close' });
  if (httpVersionMajor !== 1) return refuse(505, 'version-not-supported', 'The service speaks HTTP/1.1.');
  // RFC 9112, 6.1: nobody knows where such a request ends.
  if (httpVersionMinor === 0 && headers['transfer-encoding'] !== undefined)
    return refuse(400, 'malformed-request', 'HTTP/1.0 has no chunks.');
  const hosts = hostsOf(rawHeaders);
  if (hosts.length > 1 || !/^[\w.~!$&'()*+,;=:%[\]-]*$/.test(hosts[0] ?? ''))
    return refuse(400, 'malformed-request', 'The host that the request names is none.');
  return undefined;
}

/** Returns all hosts that a request names: Node keeps the first, and RFC 9112 (3.2) has more than one refused. */
function hostsOf(rawHeaders: readonly string[]): string[] {
  const hosts: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]!.length === 4 && rawHeaders[index]!.toLowerCase() === 'host')
      hosts.push(rawHeaders[index + 1]!);
  return hosts;
}

function methodNotImplemented(): HttpProblem {
  return new HttpProblem(501, 'method-not-implemented', 'This method is not known here.');
}

/** Answers a request for a tunnel: the service is no proxy. */
export function refuseConnect(socket: Duplex): void {
  writeProblem(socket, '501 Not Implemented', methodNotImplemented());
}

const known: Readonly<Record<string, [line: string, title: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'headers-too-long', 'The headers are too long.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'request-timeout', 'The request did not come in time.'],
};
const malformed = ['400 Bad Request', 'malformed-request', 'The request is not HTTP.'] as const;

/** Answers what is no HTTP, and ends its connection. */
export function refuseMalformed(error: Error & { code?: string; rawPacket?: unknown }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  if (ended.has(socket)) return;
  // Node's parser knows methods by their names, and no others.
  if (error.code === 'HPE_INVALID_METHOD' && beginsWithMethod(error.rawPacket)) return refuseConnect(socket);
  const [line, title, detail] = known[error.code ?? ''] ?? malformed;
  writeProblem(socket, line, new HttpProblem(Number(line.slice(0, 3)), title, detail));
}

function beginsWithMethod(packet: unknown): boolean {
  return Buffer.isBuffer(packet) && /^[!#$%&'*+.^`|~\w-]+ \S+ HTTP\/1\.[01]\r?\n/.test(packet.toString('latin1'));
}

/** Answers where there is no request to answer, and ends the connection. */
function writeProblem(socket: Duplex, line: string, problem: HttpProblem): void {
  const body = JSON.stringify(problemBody(problem, randomUUID()));
  const headers = `Connection: close\r\nContent-Type: ${problemType}\r\nContent-Length: ${body.length}`;
  socket.end(`HTTP/1.1 ${line}\r\n${headers}\r\n\r\n${body}`, () => (socket as Socket).destroySoon());
}
