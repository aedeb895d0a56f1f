import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { drain, drainDefaults, type DrainTimes } from './drain.ts';
import { healthPath, healthRoutes } from './health.ts';
import { HttpProblem } from './http-problem.ts';
import { createLog, type Log } from './log.ts';
import { readJson } from './request-body.ts';
import type { Answer, Route } from './route.ts';
import { Router } from './router.ts';

/** What a service tells its host. */
export interface ServiceHostOptions {
  /** Name of the service; every log line carries it. */
  readonly name: string;
  readonly routes: readonly Route[];
  /** Whether requests may be sent here, when being started is not enough. Other services' health is no reason. */
  readonly isReady?: () => boolean | Promise<boolean>;
  /** Longest request body in bytes: 1 MiB unless said otherwise. */
  readonly bodyLimit?: number;
  readonly drain?: Partial<DrainTimes>;
  /** Takes the log's lines; standard output unless said otherwise. */
  readonly writeLine?: (line: string) => void;
}

/** HTTP server of one service. */
export interface ServiceHost {
  readonly log: Log;
  /**
   * Starts to serve.
   * @param port 0 for any free one.
   * @returns the port.
   */
  listen(port: number): Promise<number>;
  /** Stops without losing a request; resolves when the last connection is gone. */
  drain(): Promise<void>;
}

/**
 * Serves routes, and besides them the health endpoints and, at `/`, the list of what can be called. Unknown paths,
 * malformed bodies and errors are answered with `application/problem+json`.
 */
export function createServiceHost(options: ServiceHostOptions): ServiceHost {
  const { name, routes, isReady = () => true, bodyLimit = 1024 * 1024 } = options;
  const log = createLog(options.writeLine ?? ((line) => process.stdout.write(`${line}\n`)), { service: name });
  const router = new Router([...routes, ...healthRoutes(isReady), indexRoute(name, routes)]);
  let draining = false;

  const server = createServer(
    {
      // Longer than the idle time-out of what is in front (60 s in most gateways): the one that opened a connection
      // must be the one that closes it. Node's own 5 s cost requests.
      keepAliveTimeout: 72_000,
      headersTimeout: 75_000,
    },
    (request, response) => void serve(request, response),
  );

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const { method = 'GET', url = '/' } = request;
    const [path = '/', query = ''] = url.split('?', 2);
    const id = requestId(request.headers['x-request-id']);
    const requestLog = log.with({ requestId: id });
    const answerWith = (answer: Answer) => {
      if (draining) response.setHeader('connection', 'close');
      return send(response, answer, id);
    };
    try {
      const { route, parameters } = router.match(method, path);
      await answerWith(
        await route.handle({
          id,
          method,
          path,
          parameters,
          query: new URLSearchParams(query),
          headers: request.headers,
          log: requestLog,
          json: () => readJson(request, bodyLimit),
        }),
      );
    } catch (error) {
      const wentAway = response.headersSent ? isPremature(error) : request.socket.destroyed;
      if (wentAway) return requestLog.info('caller went away', { method, path });
      if (!(error instanceof HttpProblem)) requestLog.error('request failed', { error });
      // A stream that broke has cut the connection, which is all that its caller can be told.
      if (!response.headersSent) await answerWith(problemAnswer(error, id));
    }
    if (!path.startsWith(healthPath)) {
      const durationMs = Math.round(performance.now() - started);
      requestLog.info('request', { method, path, status: response.statusCode, durationMs });
    }
  }

  return {
    log,
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject).listen(port, () => {
          server.off('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    drain: () => {
      draining = true;
      return drain(server, { ...drainDefaults, ...options.drain });
    },
  };
}

/** Tells whoever calls a service's root what else can be called. */
function indexRoute(name: string, routes: readonly Route[]): Route {
  const operations = routes.map(({ method, path }) => `${method} ${path}`);
  return { method: 'GET', path: '/', handle: () => ({ body: { service: name, operations } }) };
}

/** The caller's id when it is a harmless one: it goes into logs and headers. */
function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID();
}

function problemAnswer(error: unknown, requestId: string): Answer {
  const problem =
    error instanceof HttpProblem
      ? error
      : new HttpProblem(500, 'internal-error', 'The service failed. Its log tells more under the request id.');
  const { status, title, message: detail, headers } = problem;
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: { title, status, detail, requestId },
  };
}

async function send(response: ServerResponse, answer: Answer, requestId: string): Promise<void> {
  const { status = 200, headers = {}, body, stream } = answer;
  const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    ...(content ? { 'content-type': 'application/json', 'content-length': content.length } : {}),
    'x-request-id': requestId,
    ...headers,
  });
  if (stream) await pipeline(Readable.from(stream), response);
  else response.end(content);
}

/** Whether a stream ended because its caller did. */
function isPremature(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ERR_STREAM_PREMATURE_CLOSE';
}
