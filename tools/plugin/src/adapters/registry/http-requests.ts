import * as http from 'node:http';
import * as https from 'node:https';
import type { Readable } from 'node:stream';
import type { OnAnswer } from '../../ports/clock.ts';
import { readWithin } from '../answers/read-within.ts';
import { agentThrough } from '../proxy/proxy-agent.ts';
import { proxyOf } from '../proxy/proxy.ts';
import { certificateAuthorities } from './certificate-authorities.ts';
import { Surroundings } from './surroundings.ts';

/** For one answer, with all that it redirects to. */
export const answerTimeoutMs = 20_000;
const mostRedirects = 5;

/** The body of a request: a form, a manifest, or a blob as it comes from elsewhere, which cannot be sent twice. */
export type RequestBody = URLSearchParams | Buffer | { readonly stream: Readable; readonly length: number };

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /** The most bytes of an answer that are read. */
  readonly most: number;
  /** True when what is answered must come from the address itself: another's token is none. */
  readonly staysThere?: boolean;
  /** The origin at which the registry itself is asked, where it is not https. */
  readonly home?: string;
  /** Ends it before its time. */
  readonly signal?: AbortSignal | undefined;
}

interface AnswerHead {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Origin of the server that answered in the end: `https://blobs.example`. */
  readonly origin: string;
}

export interface HttpAnswer extends AnswerHead {
  readonly body: Buffer;
}

/** An answer whose body is yet to be read. */
export interface OpenAnswer extends AnswerHead {
  readonly stream: Readable;
}

/** A redirect that is not followed. */
export class ForeignRedirect extends Error {
  /** @param to origin of where it leads. */
  constructor(from: string, to: string) {
    super(`${from} redirects to ${to}`);
  }
}

/** The addresses that errors are about. */
const asked = new WeakMap<object, string>();

/** Returns the address that an error of a request is about: the registry's, or that of where it led to. */
export function addressAskedAt(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null ? asked.get(error) : undefined;
}

function noting(error: unknown, address: string): unknown {
  if (typeof error === 'object' && error !== null) asked.set(error, address);
  return error;
}

/** Requests to registries and what they lead to, with the certificates that this machine has for each registry. */
export class HttpRequests {
  private readonly agents = new Map<string, Promise<http.Agent>>();
  private readonly surroundings = new Map<string, Surroundings>();
  private readonly onAnswer: OnAnswer;
  private readonly timeoutMs: number;

  /** @param onAnswer is told the time of whoever answers. @param timeoutMs tests hurry. */
  constructor(onAnswer: OnAnswer = () => {}, timeoutMs = answerTimeoutMs) {
    this.onAnswer = onAnswer;
    this.timeoutMs = timeoutMs;
  }

  /**
   * Sends a request, and follows redirects. Headers that say who asks are sent to the origin of the address and no other.
   * @param registry the host whose certificates count, also for its token service and where it keeps its blobs.
   * @throws {AddressRefused} for addresses that the registry must not lead to.
   */
  async send(registry: string, address: string, request: HttpRequest): Promise<HttpAnswer> {
    const { body, signal: stop } = request;
    // How long a blob takes is not known; what watches it stops it.
    const limit = body && 'stream' in body ? [] : [AbortSignal.timeout(this.timeoutMs)];
    const signal = AbortSignal.any([...limit, ...(stop ? [stop] : [])]);
    try {
      const { stream, ...head } = await this.open(registry, address, { ...request, signal });
      return { ...head, body: await readWithin(stream, request.most) };
    } catch (cause) {
      // What is cut off by its end says only that it was cut off.
      signal.throwIfAborted();
      throw cause;
    }
  }

  /** The same, for a body that is longer than what is kept. @param request its `signal` says when it ends. */
  async open(registry: string, address: string, request: HttpRequest): Promise<OpenAnswer> {
    let { headers = {} } = request;
    for (let url = new URL(address), redirects = 0; ; redirects++) {
      const isHome = url.origin === request.home;
      const lookup = isHome ? undefined : await this.surroundingsOf(registry).lookupFor(url);
      const agent = await this.agentOf(registry, url.href);
      const askedAt = Date.now();
      const options = { method: request.method, headers, signal: request.signal, agent, lookup };
      const response = await begin(url, options, request.body).catch((cause: unknown) => {
        // What is cut off by its end says only that it was cut off.
        throw noting(request.signal?.aborted ? request.signal.reason : cause, url.href);
      });
      this.onAnswer({ server: url.host, headers: response.headers, askedAt });
      const { statusCode: status = 0 } = response;
      const location = status >= 301 && status <= 308 ? response.headers.location : undefined;
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      if (location === undefined || !isRead || redirects === mostRedirects)
        return { status, headers: response.headers, stream: response, origin: url.origin };
      await readWithin(response, request.most);
      const next = new URL(location, url);
      if (next.origin !== url.origin) {
        if (request.staysThere) throw new ForeignRedirect(url.origin, next.origin);
        headers = withoutAuthorization(headers);
      }
      url = next;
    }
  }

  /**
   * Returns the agent for a registry, or for another address that it leads to: through the environment's proxy, if that is
   * for this address.
   * @throws {Refusal}
   */
  async agentOf(registry: string, address = `https://${registry}`): Promise<http.Agent> {
    const proxy = proxyOf(address, { doing: `reach the registry ${registry}` });
    const key = `${new URL(address).protocol} ${registry} ${proxy ?? ''}`;
    let agent = this.agents.get(key);
    if (!agent) {
      // One for each registry: what another one leads to was not looked at for this one.
      agent = certificateAuthorities(registry).then((ca) =>
        agentThrough(proxy, address, { keepAlive: true, ...(ca ? { ca } : {}) }),
      );
      this.agents.set(key, agent);
    }
    return agent;
  }

  private surroundingsOf(registry: string): Surroundings {
    const known = this.surroundings.get(registry);
    if (known) return known;
    const surroundings = new Surroundings(registry);
    this.surroundings.set(registry, surroundings);
    return surroundings;
  }
}

/** Blobs lie elsewhere, often with a stranger: who sends us there means us to come without a login. */
function withoutAuthorization({ authorization: _, ...rest }: Readonly<Record<string, string>>) {
  return rest;
}

function begin(url: URL, options: http.RequestOptions, body: RequestBody | undefined): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { request: start } = url.protocol === 'https:' ? https : http;
    const request = start(url, { ...options, headers: { ...options.headers, ...headersOf(body) } }, resolve);
    const isRepeatable = !(body && 'stream' in body);
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A connection kept from before may have been closed by the other side just now; that says nothing about a new one.
      if (request.reusedSocket && error.code === 'ECONNRESET' && isRepeatable)
        begin(url, options, body).then(resolve, reject);
      else reject(error);
    });
    if (body && 'stream' in body) {
      body.stream.on('error', (error) => request.destroy(error));
      body.stream.on('close', () => {
        // Nobody gives the rest.
        if (!body.stream.readableEnded) request.destroy();
      });
      body.stream.pipe(request);
    } else request.end(body instanceof URLSearchParams ? body.toString() : body);
  });
}

function headersOf(body: RequestBody | undefined): http.OutgoingHttpHeaders {
  if (body === undefined) return {};
  if (body instanceof URLSearchParams) return { 'content-type': 'application/x-www-form-urlencoded' };
  return { 'content-length': body.length };
}
