import { randomUUID } from 'node:crypto';
import { validateHeaderName, validateHeaderValue, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import {
  fastify,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifySchemaCompiler,
} from 'fastify';
import type { DestinationStream } from 'pino';
import { checkAnswers } from './description/answer-check.ts';
import type { DescribedOperation } from './description/description.ts';
import { drain, drainDefaults, type DrainTimes } from './drain.ts';
import { health, healthPaths } from './health.ts';
import { createLog, noMessage, RequestLog } from './log.ts';
import { measuring, observeRequest } from './metrics.ts';
import { readApis, type ServiceApi } from './description/api-versions.ts';
import { provideParsers, routeOf } from './description/operations.ts';
import { HttpProblem, problemBody, problemOf, problemType } from './problem.ts';
import { refuseConnect, refuseMalformed, refuseRequest, rememberAnswer } from './refusals.ts';
import { noSuchPath, pathAndQuery, pathOf } from './request-path.ts';
import { beginTrace, enableTraceContext, tracing } from './trace.ts';

/** What a service tells its host. */
export interface ServiceOptions extends ServiceApi {
  /** Name of the service; every log line carries it. */
  readonly name: string;
  /** Other versions of its API, served below `/v2` and so on: `{ v2: { description: descriptionV2, operations: … } }`. */
  readonly versions?: Readonly<Record<string, ServiceApi>>;
  /** Whether requests may be sent here, when being started is not enough. Other services' health is no reason. */
  readonly isReady?: () => boolean | Promise<boolean>;
  /** Registers what else the service needs of Fastify (plugins, hooks, parsers), before its routes. */
  readonly configure?: (app: FastifyInstance) => void;
  /** Longest request body in bytes: 1 MiB unless said otherwise. */
  readonly bodyLimit?: number;
  readonly drain?: Partial<DrainTimes>;
  /** Takes the log's lines; standard output unless said otherwise. */
  readonly logDestination?: DestinationStream;
  /** For tests: answers 500 instead of what the description does not have. */
  readonly checkAnswers?: boolean;
}

/** The HTTP server of one service. */
export interface Service {
  /** Fastify itself. `app.close()` drains: it stops without losing a request. */
  readonly app: FastifyInstance;
  readonly log: FastifyBaseLogger;
  /** Starts to serve. Returns the port. @param port 0 for any free one. */
  listen(port: number): Promise<number>;
  /** Stops without losing a request; resolves when the last connection is gone. */
  drain(): Promise<void>;
}

/**
 * Makes a service of its description and its handlers: a Fastify that validates requests by the description, answers
 * what it refuses with `application/problem+json`, and serves the health endpoints and, at `/`, the list of what can be
 * called.
 * @throws {Error} when description and handlers disagree.
 */
export function createService(options: ServiceOptions): Service {
  const { name } = options;
  const apis = readApis(options);
  const operations = apis.flatMap((api) => api.operations);
  enableTraceContext();
  const app = createFastify(options);

  // Without a listener, Node ends the connection.
  app.server.on('connect', (_request, socket) => refuseConnect(socket));
  app.register(drain, { ...drainDefaults, ...options.drain });
  app.register(tracing);
  app.register(measuring);
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    rememberAnswer(reply.raw);
    const refusal = refuseRequest(request);
    if (refusal) done(refusal);
    else if (request.is404) done(notFound(request, operations));
    // A name in a path stands for something.
    else if (Object.values(request.params as object).includes('')) done(noSuchPath(pathOf(request)));
    else done();
  });
  app.addHook('onRequestAbort', async (request) => {
    request.log.info({ method: request.method, path: pathOf(request) }, 'caller went away');
  });
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  options.configure?.(app);
  app.register(health, { isReady: options.isReady ?? (() => true) });
  for (const { operations: own, handlers, validation } of apis)
    app.register(async (routes) => {
      const compile: FastifySchemaCompiler<object> = ({ schema, httpPart }) => validation.compile(schema, httpPart);
      routes.setValidatorCompiler(compile);
      provideParsers(routes, own);
      for (const operation of own) {
        const route = routeOf(operation, handlers[operation.id]!);
        routes.route(options.checkAnswers ? { ...route, onSend: checkAnswers(operation, validation) } : route);
      }
    });
  if (!operations.some(({ method, path }) => method === 'GET' && path === '/')) addIndex(app, name, operations);

  return {
    app,
    log: app.log,
    listen: async (port) => {
      // All addresses, in both families where there are two.
      const families = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
      const host = families.some(({ family }) => family === 'IPv6') ? '::' : '0.0.0.0';
      await app.listen({ port, host, listenTextResolver: () => noMessage });
      return (app.server.address() as AddressInfo).port;
    },
    drain: () => app.close(),
  };
}

function createFastify(options: ServiceOptions): FastifyInstance {
  const bodyLimit = options.bodyLimit ?? 1024 * 1024;
  return fastify({
    loggerInstance: createLog(options.name, options.logDestination) as FastifyBaseLogger,
    logController: new RequestLog(),
    childLoggerFactory: (log, bindings, childOptions, request) =>
      log.child(
        { ...bindings, traceId: beginTrace(request as IncomingMessage, String(bindings['requestId'])) },
        childOptions as object,
      ),
    genReqId: ({ headers }) => requestId(headers['x-request-id']),
    bodyLimit,
    // Longer than the idle time-out of what is in front (60 s in most gateways): the one that opened a connection
    // must be the one that closes it. Node's own 5 s cost requests.
    keepAliveTimeout: 72_000,
    // Node's own: Fastify would wait for ever.
    requestTimeout: 300_000,
    // A head has 10 s (of the first on a connection, from when it was opened), and may have 64 KiB.
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 65_536 },
    rewriteUrl: pathAndQuery,
    // A description says how long a value may be, and Node how long a path.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 16_384 },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseMalformed,
    frameworkErrors: (error, request, reply) => {
      const started = performance.now();
      const problem = problemOf(error, bodyLimit);
      const { method } = request;
      request.log.info({ method, path: pathOf(request), status: problem.status, durationMs: 0 }, 'request');
      observeRequest(method, '', problem.status, (performance.now() - started) / 1000);
      void reply.header('x-request-id', request.id);
      return sendProblem(problem, request, reply);
    },
    schemaController: {
      compilersFactory: {
        // Each version of the API has its own.
        buildValidator: () => (() => () => true) as never,
        // As it is: an answer that the description does not have is found by tests, and not made to fit.
        buildSerializer: () => () => (value) => JSON.stringify(value),
      },
    },
  });
}

/** The caller's id when it is a harmless one: it goes into logs and headers. */
function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID();
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request.routeOptions.bodyLimit ?? 0);
  // A caller that goes away in the middle of its body is no failure of the service.
  if (problem.status === 500 && !request.raw.destroyed) request.log.error({ error }, 'request failed');
  if (problem.status === 500) removeInvalidHeaders(reply);
  // Bytes: to a text, Fastify adds a character set, which JSON has none of.
  const body = Buffer.from(JSON.stringify(problemBody(problem, request.id)));
  return reply.code(problem.status).type(problemType).headers(problem.headers).send(body);
}

/** Takes away the headers that cannot be sent: they would fail this answer, too. */
function removeInvalidHeaders(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(reply.getHeaders()))
    try {
      validateHeaderName(name);
      validateHeaderValue(name, String(value));
    } catch {
      void reply.removeHeader(name);
    }
}

/** Returns what is said of a path and method that no route has: 405 when another method has it. */
function notFound(request: FastifyRequest, operations: readonly DescribedOperation[]): HttpProblem {
  const path = pathOf(request);
  const routes = [...operations, ...[...healthPaths, '/'].map((own) => ({ method: 'GET', path: own }))];
  const allowed = routes.filter((route) => matches(route.path, path)).map(({ method }) => method);
  if (allowed.length === 0) return noSuchPath(path);
  // Fastify answers HEAD wherever it does GET.
  const methods = [...new Set(allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))]
    .sort()
    .join(', ');
  return new HttpProblem(405, 'method-not-allowed', `${path} takes ${methods}.`, { allow: methods });
}

/** Reports whether a path is one of a template (`/orders/{id}`). */
function matches(template: string, path: string): boolean {
  if (!path.startsWith('/')) return false;
  const segments = (text: string) => text.split('/').slice(1, text.endsWith('/') ? -1 : undefined);
  const [expected, actual] = [segments(template), segments(path)];
  return (
    expected.length === actual.length &&
    expected.every((segment, index) => (segment.includes('{') ? actual[index] !== '' : segment === actual[index]))
  );
}

/** Tells whoever calls a service's root what else can be called. */
function addIndex(app: FastifyInstance, service: string, operations: readonly DescribedOperation[]): void {
  const index = { service, operations: operations.map(({ method, path }) => `${method} ${path}`) };
  app.get('/', { config: { route: '/' } }, async () => index);
}
