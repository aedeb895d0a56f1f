import * as http from 'node:http';
import * as https from 'node:https';
import type { OnAnswer } from '../../ports/clock.ts';
import { readWithin } from '../answers/read-within.ts';
import { agentThrough, proxyOf } from '../proxy/proxy.ts';
import { certificateAuthorities } from './certificate-authorities.ts';
import { Surroundings } from './surroundings.ts';

/** For one answer, with all that it redirects to. */
export const answerTimeoutMs = 20_000;
const mostRedirects = 5;

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: URLSearchParams;
  /** The most bytes of an answer that are read. */
  readonly most: number;
  /** True when what is answered must come from the address itself: another's token is none. */
  readonly staysThere?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** Origin of the server that answered in the end: `https://blobs.example`. */
  readonly origin: string;
}

/** A redirect that is not followed. */
export class ForeignRedirect extends Error {
  /** @param to origin of where it leads. */
  constructor(from: string, to: string) {
    super(`${from} redirects to ${to}`);
  }
}

/** Requests to registries and what they lead to, with the certificates that this machine has for each registry. */
export class HttpRequests {
  private readonly agents = new Map<string, Promise<https.Agent>>();
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
    const signal = AbortSignal.timeout(this.timeoutMs);
    let { headers = {} } = request;
    for (let url = new URL(address), redirects = 0; ; redirects++) {
      const lookup = await this.surroundingsOf(registry).lookupFor(url);
      const agent = url.protocol === 'https:' ? await this.agentOf(registry, url.href) : undefined;
      const askedAt = Date.now();
      const options = { method: request.method, headers, signal, agent, lookup };
      const answer = await exchange(url, options, request).catch((cause: unknown) => {
        // What is cut off by its end says only that it was cut off.
        signal.throwIfAborted();
        throw cause;
      });
      this.onAnswer({ server: url.host, headers: answer.headers, askedAt });
      const location = answer.status >= 301 && answer.status <= 308 ? answer.headers.location : undefined;
      if (location === undefined || request.method === 'POST' || redirects === mostRedirects) return answer;
      const next = new URL(location, url);
      if (next.origin !== url.origin) {
        if (request.staysThere) throw new ForeignRedirect(url.origin, next.origin);
        headers = withoutAuthorization(headers);
      }
      url = next;
    }
  }

  /**
   * Returns the https agent for a registry, or for another address that it leads to: through the environment's proxy, if
   * that is for this address.
   * @throws {Refusal}
   */
  async agentOf(registry: string, address = `https://${registry}`): Promise<https.Agent> {
    const proxy = proxyOf(address, { doing: `reach the registry ${registry}` });
    const key = `${registry} ${proxy ?? ''}`;
    let agent = this.agents.get(key);
    if (!agent) {
      // One for each registry: what another one leads to was not looked at for this one.
      agent = certificateAuthorities(registry).then(
        (ca) => agentThrough(proxy, address, { keepAlive: true, ...(ca ? { ca } : {}) }) as https.Agent,
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

async function exchange(
  url: URL,
  options: http.RequestOptions,
  { body, most }: Pick<HttpRequest, 'body' | 'most'>,
): Promise<HttpAnswer> {
  const response = await begin(url, options, body);
  const { statusCode: status = 0, headers } = response;
  return { status, headers, body: await readWithin(response, most), origin: url.origin };
}

function begin(
  url: URL,
  options: http.RequestOptions,
  body: URLSearchParams | undefined,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const form = body && { 'content-type': 'application/x-www-form-urlencoded' };
    const { request: start } = url.protocol === 'https:' ? https : http;
    const request = start(url, { ...options, headers: { ...options.headers, ...form } }, resolve);
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A connection kept from before may have been closed by the other side just now; that says nothing about a new one.
      if (request.reusedSocket && error.code === 'ECONNRESET') begin(url, options, body).then(resolve, reject);
      else reject(error);
    });
    request.end(body?.toString());
  });
}
