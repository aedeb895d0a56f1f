import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { DescribedOperation } from './description.ts';
import { jsonParser } from '../json-body.ts';
import { unsupportedMediaType } from '../problem.ts';
import { invalidRequest, requestSchemas } from './validation.ts';

/**
 * A Fastify handler. What it returns is sent; what it throws is answered with a problem. Say the types of what the
 * description has validated: `(request: FastifyRequest<{ Params: { id: string } }>) => …`.
 */
export type Handler = {
  // A method, so that a handler may ask for less than any request.
  handle(request: FastifyRequest, reply: FastifyReply): unknown;
}['handle'];

/** Handlers by the `operationId` of the description. */
export type Handlers = Readonly<Record<string, Handler>>;

/**
 * Checks that description and service have the same operations.
 * @throws {Error} naming those that only one of them has.
 */
export function checkHandlers(operations: readonly DescribedOperation[], handlers: Handlers): void {
  const described = new Set(operations.map(({ id }) => id));
  const unhandled = operations.filter(({ id }) => !Object.hasOwn(handlers, id));
  const undescribed = Object.keys(handlers).filter((id) => !described.has(id));
  const wrong = [
    ...unhandled.map(
      ({ id, method, path }) => `"${id}" (${method} ${path}) is described, but no handler has this name.`,
    ),
    ...undescribed.map((id) => `"${id}" has a handler, but no operation of the description has this operationId.`),
  ];
  if (wrong.length > 0) throw new Error(`The description and the service disagree: ${wrong.join(' ')}`);
}

/** Returns an operation as a route of Fastify. */
export function routeOf(operation: DescribedOperation, handler: Handler): RouteOptions {
  const { id, method, path, body } = operation;
  return {
    method,
    url: path.replaceAll(/\{([^}]+)\}/g, ':$1'),
    config: { route: path, operationId: id },
    schema: requestSchemas(operation),
    schemaErrorFormatter: (errors, part) =>
      invalidRequest(errors as Parameters<typeof invalidRequest>[0], part, operation),
    ...(body && {
      preParsing: (request, _reply, _payload, done) => {
        const type = mediaType(request.headers['content-type']);
        // Without one, Fastify refuses what has a body, and validates nothing where there is none.
        if (type === undefined ? !body.isRequired : body.contents.has(type)) done();
        else done(unsupportedMediaType(body.contents.keys()));
      },
    }),
    handler: function handle(request, reply) {
      return handler(request, reply);
    },
  };
}

/**
 * Makes sure that the bodies of an operation can be read: JSON can, in all its names, unless the service has a parser of its
 * own for one.
 * @throws {Error} naming a media type for which there is no parser.
 */
export function provideParsers(app: FastifyInstance, operations: readonly DescribedOperation[]): void {
  const parsers = new Set<string>();
  for (const { id, body } of operations)
    for (const type of body?.contents.keys() ?? []) {
      if (type === 'application/json' || type.endsWith('+json')) parsers.add(type);
      else if (!app.hasContentTypeParser(type))
        throw new Error(
          `"${id}" takes ${type}, for which there is no parser: add one by \`app.addContentTypeParser\` in \`configure\`.`,
        );
    }
  for (const type of parsers)
    try {
      app.addContentTypeParser(type, { parseAs: 'buffer' }, jsonParser(app));
    } catch (error) {
      if ((error as { code?: string }).code !== 'FST_ERR_CTP_ALREADY_PRESENT') throw error;
    }
}

/** Returns the media type of a `Content-Type` header: `application/json`, without its parameters. */
export function mediaType(header: string | undefined): string | undefined {
  return header?.split(';', 1)[0]!.trim().toLowerCase();
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The path as the description has it: `/orders/{id}`. */
    route?: string;
    operationId?: string;
  }
}
