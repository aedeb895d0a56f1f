import * as http from 'node:http';
import * as https from 'node:https';
import type { OnAnswer } from '../../ports/clock.ts';
import { isLoopbackRegistry } from '../../model/release/registry-host.ts';
import { agentThrough, proxyOf } from '../proxy/proxy.ts';
import { certificateAuthorities } from './certificate-authorities.ts';

/** For one answer. */
export const answerTimeoutMs = 20_000;
const mostRedirects = 5;

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: URLSearchParams;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An address that a password or its token must not be sent to. */
export class UnencryptedAddress extends Error {}

/** Requests to registries and what they lead to, with the certificates that this machine has for each registry. */
export class HttpRequests {
  private readonly agents = new Map<string, Promise<https.Agent>>();
  private readonly onAnswer: OnAnswer;

  /** @param onAnswer is told the time of whoever answers. */
  constructor(onAnswer: OnAnswer = () => {}) {
    this.onAnswer = onAnswer;
  }

  /** @param registry the host whose certificates count, also for its token service and where it keeps its blobs. */
  async send(registry: string, address: string, request: HttpRequest): Promise<HttpAnswer> {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    let { headers = {} } = request;
    for (let url = new URL(address), redirects = 0; ; redirects++) {
      // Where to go on is the registry's choice; nothing goes out in the clear, other than on this machine.
      if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackRegistry(url.host)))
        throw new UnencryptedAddress(url.origin);
      const options = { method: request.method, headers, signal };
      const askedAt = Date.now();
      const answer =
        url.protocol === 'http:'
          ? await exchange(http.request, url, options, request.body)
          : await exchange(
              https.request,
              url,
              { ...options, agent: await this.agentOf(registry, url.href) },
              request.body,
            );
      this.onAnswer({ server: url.host, headers: answer.headers, askedAt });
      const location = answer.status >= 301 && answer.status <= 308 ? answer.headers.location : undefined;
      if (location === undefined || request.method === 'POST' || redirects === mostRedirects) return answer;
      const next = new URL(location, url);
      if (next.origin !== url.origin) headers = withoutAuthorization(headers);
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
      agent = certificateAuthorities(registry).then((ca) =>
        ca || proxy !== undefined
          ? (agentThrough(proxy, address, { keepAlive: true, ...(ca ? { ca } : {}) }) as https.Agent)
          : https.globalAgent,
      );
      this.agents.set(key, agent);
    }
    return agent;
  }
}

/** Blobs lie elsewhere, often with a stranger: who sends us there means us to come without a login. */
function withoutAuthorization({ authorization: _, ...rest }: Readonly<Record<string, string>>) {
  return rest;
}

function exchange(
  start: typeof http.request,
  url: URL,
  options: http.RequestOptions,
  body: URLSearchParams | undefined,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const form = body && { 'content-type': 'application/x-www-form-urlencoded' };
    const request = start(url, { ...options, headers: { ...options.headers, ...form } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A connection kept from before may have been closed by the other side just now; that says nothing about a new one.
      if (request.reusedSocket && error.code === 'ECONNRESET')
        exchange(start, url, options, body).then(resolve, reject);
      else reject(error);
    });
    request.end(body?.toString());
  });
}
