import { randomUUID } from 'node:crypto';
import { METHODS, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { HttpProblem, problemBody, problemType } from './problem.ts';
import { pathOf, refusePath } from './request-path.ts';

/** Those that a description may have; QUERY since OpenAPI 3.2. */
const implemented = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY']);

/** Returns why a request is not served, whatever it is about; undefined when it is. */
export function refuseRequest(request: FastifyRequest): HttpProblem | undefined {
  const { raw, method } = request;
  const head = refuseHead(raw);
  if (head) ended.add(raw.socket);
  return head ?? (implemented.has(method) ? refusePath(pathOf(request)) : methodNotImplemented());
}

/** Connections that end with the answer that they get: nobody waits for another. */
const ended = new WeakSet<Duplex>();

/** Returns the answer to a head that Node has let through. Who knows what comes behind it: its connection ends. */
function refuseHead(request: IncomingMessage): HttpProblem | undefined {
  const { httpVersionMajor, httpVersionMinor, headers, rawHeaders } = request;
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

/** Answers by their connections: each has one at a time. */
const answers = new WeakMap<Duplex, ServerResponse>();

/** Remembers what is being answered: what comes behind it on its connection may be no HTTP. */
export function rememberAnswer(response: ServerResponse): void {
  if (response.socket) answers.set(response.socket, response);
}

/** Answers what is no HTTP, and ends its connection. */
export function refuseMalformed(error: Error & { code?: string; rawPacket?: unknown }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  if (ended.has(socket)) return;
  const before = answers.get(socket);
  if (before?.req.complete && !before.writableFinished) return endAfter(before, socket);
  // Node's parser knows methods by their names, and no others.
  if (error.code === 'HPE_INVALID_METHOD' && beginsWithUnknownMethod(error.rawPacket)) return refuseConnect(socket);
  const [line, title, detail] = known[error.code ?? ''] ?? malformed;
  writeProblem(socket, line, new HttpProblem(Number(line.slice(0, 3)), title, detail));
}

/** Lets a request be answered that came whole, and ends its connection: who sent it would take a refusal for its answer. */
function endAfter(answer: ServerResponse, socket: Duplex): void {
  if (!answer.headersSent) answer.setHeader('connection', 'close');
  answer.once('finish', () => (socket as Socket).destroySoon());
}

function beginsWithUnknownMethod(packet: unknown): boolean {
  const text = Buffer.isBuffer(packet) ? packet.toString('latin1') : '';
  const [, method] = /^([!#$%&'*+.^`|~\w-]+) \S+ HTTP\/1\.[01]\r?\n/.exec(text) ?? [];
  return method !== undefined && !METHODS.includes(method);
}

/** Answers where there is no request to answer, and ends the connection. */
function writeProblem(socket: Duplex, line: string, problem: HttpProblem): void {
  const body = JSON.stringify(problemBody(problem, randomUUID()));
  const headers = `Connection: close\r\nContent-Type: ${problemType}\r\nContent-Length: ${body.length}`;
  socket.end(`HTTP/1.1 ${line}\r\n${headers}\r\n\r\n${body}`, () => (socket as Socket).destroySoon());
}
