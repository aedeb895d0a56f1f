import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  context,
  createContextKey,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import fastifyPlugin from 'fastify-plugin';

const requestIdKey = createContextKey('request id');

/** The trace of a request, and the span of it that is ours to end. */
interface RequestTrace {
  readonly context: Context;
  readonly span?: Span;
}

const traces = new WeakMap<IncomingMessage, RequestTrace>();

/**
 * Has OpenTelemetry's API pass contexts on, by `traceparent`, unless an SDK that was registered before does it. An SDK
 * makes the spans; without one there are none, and trace ids are passed on and logged all the same.
 */
export function enableTraceContext(): void {
  const probe = ROOT_CONTEXT.setValue(requestIdKey, '');
  if (context.with(probe, () => context.active()) !== probe)
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  if (propagation.fields().length === 0) propagation.setGlobalPropagator(new W3CTraceContextPropagator());
}

/** Continues the trace of a request's caller, or begins one. Returns its id. */
export function beginTrace(request: IncomingMessage, requestId: string): string {
  const begun = traces.get(request) ?? traceOf(request);
  traces.set(request, { ...begun, context: begun.context.setValue(requestIdKey, requestId) });
  return trace.getSpanContext(begun.context)!.traceId;
}

function traceOf(request: IncomingMessage): RequestTrace {
  const active = context.active();
  // An instrumentation of node:http has begun one.
  if (trace.getSpan(active)) return { context: active };
  const called = propagation.extract(active, request.headers);
  const method = request.method ?? 'GET';
  const options = { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } };
  const span = trace.getTracer('service-host').startSpan(method, options, called);
  if (isSpanContextValid(span.spanContext())) return { context: trace.setSpan(called, span), span };
  const ids = { traceId: randomHex(), spanId: randomHex().slice(0, 16) };
  return { context: trace.setSpanContext(called, { ...ids, traceFlags: TraceFlags.SAMPLED }) };
}

/** Returns 32 digits. Node makes these of entropy that it has in stock, which takes a tenth of the time of others. */
function randomHex(): string {
  return randomUUID().replaceAll('-', '');
}

/** A Fastify plugin: handlers run in the trace that `beginTrace` began for their request. */
export const tracing = fastifyPlugin(
  (app, _options, done) => {
    const within = (request: IncomingMessage, next: () => void) =>
      context.with(traces.get(request)?.context ?? context.active(), next);
    app.addHook('onRequest', (request, _reply, next) => within(request.raw, next));
    // Once more: a body that was read has come in the context of its connection.
    app.addHook('preValidation', (request, _reply, next) => within(request.raw, next));
    app.addHook('onRequestAbort', async (request) => traces.get(request.raw)?.span?.end());
    app.addHook('onResponse', async (request, reply) => {
      const span = traces.get(request.raw)?.span;
      if (!span) return;
      const { method, routeOptions } = request;
      const route = routeOptions.config.route ?? '';
      span.updateName(`${method} ${route}`.trim());
      span.setAttributes({ 'http.response.status_code': reply.statusCode, ...(route && { 'http.route': route }) });
      if (reply.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    done();
  },
  { name: 'trace' },
);

/**
 * A `fetch` for calls to other services: it passes on the id and the trace (`traceparent`) of the request that is being
 * handled. Where OpenTelemetry's instrumentation of `fetch` (undici) is registered, use `fetch` itself.
 */
export function fetchInTrace(input: string | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const active = context.active();
  propagation.inject(active, headers, { set: (carrier, name, value) => carrier.set(name, value) });
  const requestId = active.getValue(requestIdKey);
  if (typeof requestId === 'string' && !headers.has('x-request-id')) headers.set('x-request-id', requestId);
  return fetch(input, { ...init, headers });
}
