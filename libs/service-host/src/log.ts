import { LogController, type FastifyReply, type FastifyRequest } from 'fastify';
import { pino, stdSerializers, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { healthPath } from './health.ts';
import { pathOf } from './request-path.ts';

/** A line that Fastify writes and nobody needs: that it listens is said once, with all ports. */
export const noMessage = '';

/** Returns a log of JSON lines that all carry the service's name. @param destination standard output unless given. */
export function createLog(service: string, destination: DestinationStream = pino.destination(1)): Logger {
  const options: LoggerOptions = {
    base: { service },
    messageKey: 'message',
    errorKey: 'error',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (level: string) => ({ level }) },
    serializers: { error: stdSerializers.err },
    hooks: {
      logMethod(line, write) {
        if ((line[0] as unknown) !== noMessage) write.apply(this, line);
      },
    },
  };
  return pino(options, destination);
}

/** Writes one line for each request, when it is answered; none for health checks. */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'requestId' });
  }

  override isLogDisabled(request: FastifyRequest): boolean {
    return request.url.startsWith(healthPath);
  }

  override incomingRequest(): void {}

  override requestCompleted(_error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    if (this.isLogDisabled(request) || !reply.raw.writableFinished) return;
    const { method } = request;
    const durationMs = Math.round(reply.elapsedTime);
    request.log.info({ method, path: pathOf(request), status: reply.statusCode, durationMs }, 'request');
  }

  /** A stream that broke has cut the connection, which is all that its caller can be told. */
  override streamError(error: Error & { code?: string }, request: FastifyRequest): void {
    // The caller ended it, which `onRequestAbort` tells.
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') request.log.error({ error }, 'request failed');
  }
}
