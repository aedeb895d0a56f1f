import { createHash } from 'node:crypto';
import type { Agent } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import type { CredentialsOf } from '../../model/image/credentials.ts';
import { parseDigest, type Digest, type ImageRef } from '../../model/image/image-ref.ts';
import { mostBytes } from '../../model/limits/most-bytes.ts';
import type { OnAnswer } from '../../ports/clock.ts';
import { AskingAgain, untilAnswered } from './asking-again.ts';
import { HttpRequests, type HttpAnswer, type HttpRequest, type OpenAnswer, type RequestBody } from './http-requests.ts';
import { manifestTypes } from './manifest.ts';
import { RegistryLogin, type Authorization } from './registry-login.ts';
import {
  deniedAccess,
  loginInTheClear,
  noAnswer,
  otherContent,
  purposeOf,
  registryFails,
  strangerFails,
  type Rights,
} from './registry-refusals.ts';
import { RegistrySpeech } from './registry-speech.ts';

/** A request for what is in an image's repository. */
export interface RepositoryRequest {
  readonly method: HttpRequest['method'];
  /** Below the repository (`manifests/…`), or an address of the registry that it named itself. */
  readonly path: string;
  /** The rights that the login must have; `pull` when left out. */
  readonly rights?: Rights;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /** Statuses besides those of success that are an answer. */
  readonly expected?: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/** The surroundings of a client of registries. */
export interface ClientSettings {
  /** Is told the registries' time. */
  readonly onAnswer?: OnAnswer | undefined;
  /** Shows a line to who waits. */
  readonly tell?: (line: string) => void;
  /** Reports whether docker or podman was told that a registry may do without a certificate. */
  readonly isListedPlain?: (registry: string) => Promise<boolean>;
}

/**
 * Speaks to registries by the OCI distribution specification. Each is entered with its own login, which goes to its own
 * origin and the token service that it names, and to no other registry.
 */
export class RegistryClient {
  private readonly requests: HttpRequests;
  private readonly login: RegistryLogin;
  private readonly speech: RegistrySpeech;
  private readonly tell: (line: string) => void;
  /** By registry, repository and rights. */
  private readonly authorizations = new Map<string, Authorization>();
  /** Registries of which was told that they limit requests. */
  private readonly limiting = new Set<string>();

  constructor(credentialsOf: CredentialsOf, { onAnswer, tell, isListedPlain }: ClientSettings = {}) {
    this.requests = new HttpRequests(onAnswer);
    this.speech = new RegistrySpeech(isListedPlain);
    // Token services limit requests, too.
    this.login = new RegistryLogin(credentialsOf, (image, address, request) =>
      untilAnswered(
        () => this.sendTo(image, address, request),
        (status, waitMs) => this.tellOfLimit(new URL(address).host, status, waitMs),
      ),
    );
    this.tell = tell ?? ((line) => void process.stderr.write(`${line}\n`));
  }

  /** Returns what a challenge of an image's registry asks for, and the agent for it, for other clients of it. */
  async accessTo(image: ImageRef): Promise<{ agent: Agent; authorize(challenge: string): Promise<string> }> {
    const authorize = async (challenge: string) => (await this.login.authorize(image, challenge, 'push')).header;
    return { agent: (await this.requests.agentOf(image.registry)) as Agent, authorize };
  }

  /**
   * Sends a request for an image's repository, and again while the registry is busy.
   * @throws {Refusal} for every answer that is neither success nor expected; also for content that is not what its digest says.
   */
  async send(image: ImageRef, request: RepositoryRequest): Promise<HttpAnswer> {
    const answer = await this.untilAnswered(image, request, (address, sent) => this.sendTo(image, address, sent));
    return request.method === 'GET' && answer.status < 300 ? asAsked(answer, request.path, image) : answer;
  }

  /** The same, for a body that is longer than what is kept; its content is not looked at. */
  async open(image: ImageRef, request: RepositoryRequest): Promise<OpenAnswer> {
    return this.untilAnswered(image, request, async (address, sent) => {
      const answer = await this.requests.open(image.registry, address, sent).catch((cause: unknown) => {
        throw this.unanswered(image, sent, cause);
      });
      // What is no success is short, and makes room for the next.
      if (answer.status >= 300) answer.stream.resume();
      return answer;
    });
  }

  private async untilAnswered<Answer extends Omit<HttpAnswer, 'body'>>(
    image: ImageRef,
    request: RepositoryRequest,
    send: (address: string, request: HttpRequest) => Promise<Answer>,
  ): Promise<Answer> {
    const { rights = 'pull', expected = [] } = request;
    const key = `${image.registry}/${image.repository} ${rights}`;
    const again = new AskingAgain();
    for (let authorized = false; ;) {
      const authorization = this.authorizations.get(key);
      const answer = await this.sendHome(image, this.requestOf(image, request, authorization), send);
      const { status } = answer;
      const isSuccess = status >= 200 && status < 300;
      const isFromHome = answer.origin === this.speech.originOf(image.registry);
      if (isSuccess || (expected.includes(status) && (isFromHome || status === 404))) return answer;
      const wait = isRepeatable(request) ? again.waitAfter(answer) : undefined;
      // Whom the registry redirects to is not the registry: what it asks for is not given to it (CVE-2020-15157).
      if (!isFromHome && wait === undefined) throw strangerFails(image, answer.origin, status, rights);
      if (status === 401 && !this.speech.takesLogins(image.registry)) throw loginInTheClear(image, rights);
      if (status === 401 && !authorized && isRepeatable(request)) {
        // Also when there is one already: tokens last for minutes only.
        authorized = true;
        const challenge = answer.headers['www-authenticate'] ?? '';
        this.authorizations.set(key, await this.login.authorize(image, challenge, rights));
        continue;
      }
      if (status === 401 || status === 403) throw denied(image, { status, rights }, authorization);
      if (wait === undefined) throw registryFails(image, answer, rights);
      this.tellOfLimit(image.registry, status, wait);
      await pause(wait, undefined, request.signal ? { signal: request.signal } : {});
    }
  }

  private requestOf(
    image: ImageRef,
    { method, path, headers, body, signal }: RepositoryRequest,
    authorization: Authorization | undefined,
  ): HttpRequest & { readonly path: string } {
    return {
      method,
      path: URL.canParse(path) ? path : `/v2/${image.repository}/${path}`,
      headers: {
        accept: path.startsWith('blobs/') ? 'application/json, */*' : manifestTypes.join(', '),
        ...headers,
        ...(authorization && { authorization: authorization.header }),
      },
      most: path.startsWith('blobs/') ? mostBytes.imageConfig : mostBytes.manifest,
      ...(body ? { body } : {}),
      ...(signal ? { signal } : {}),
    };
  }

  /** Sends to the registry itself; to another address, that it named, without a login. */
  private async sendHome<Answer extends Omit<HttpAnswer, 'body'>>(
    image: ImageRef,
    request: HttpRequest & { readonly path: string },
    send: (address: string, request: HttpRequest) => Promise<Answer>,
  ): Promise<Answer> {
    const { path, headers: { authorization = '', ...headers } = {}, ...rest } = request;
    const sendOnce = () => {
      const home = this.speech.originOf(image.registry);
      const url = new URL(path, home);
      const login = url.origin === home && authorization !== '' ? { authorization } : undefined;
      return send(url.href, { ...rest, home, headers: { ...headers, ...login } });
    };
    // A server that wants https answers plain http with 400, or with what is no answer.
    try {
      const answer = await sendOnce();
      if (answer.status !== 400 || !(await this.turnsOutOtherwise(image, request))) return answer;
    } catch (error) {
      if (!(await this.turnsOutOtherwise(image, request))) throw error;
    }
    return sendOnce();
  }

  private async turnsOutOtherwise({ registry }: ImageRef, request: HttpRequest): Promise<boolean> {
    return isRepeatable(request) && (await this.speech.turnsOutOtherwise(registry));
  }

  private async sendTo(image: ImageRef, address: string, request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await this.requests.send(image.registry, address, request);
    } catch (cause) {
      throw this.unanswered(image, request, cause);
    }
  }

  private unanswered(image: ImageRef, { method }: HttpRequest, cause: unknown): unknown {
    const rights: Rights = method === 'PUT' ? 'push' : 'pull';
    return noAnswer(image.registry, purposeOf(image, rights), cause);
  }

  private tellOfLimit(registry: string, status: number, waitMs: number): void {
    if (status !== 429 || waitMs < 1000 || this.limiting.has(registry)) return;
    this.limiting.add(registry);
    this.tell(`${registry} limits requests (429); waiting ${Math.ceil(waitMs / 1000)} s, as it asks`);
  }
}

/** A blob that comes from elsewhere has gone when it is answered. */
function isRepeatable({ body }: { readonly body?: RequestBody }): boolean {
  return !(body && 'stream' in body);
}

function denied(
  image: ImageRef,
  { status, rights }: { readonly status: number; readonly rights: Rights },
  authorization: Authorization | undefined,
) {
  const login = authorization?.login ?? 'nobody';
  if (status === 401 && authorization?.scheme === 'basic')
    return deniedAccess({ image, denial: 'login refused', login, status, rights });
  return deniedAccess({ image, denial: login === 'nobody' ? 'no login' : 'no right', login, status, rights });
}

/** Returns an answer whose content is what was asked for. @throws {Refusal} when its digest is another one. */
function asAsked(answer: HttpAnswer, path: string, image: ImageRef): HttpAnswer {
  const asked = parseDigest(path.replace(/^\w+\//, ''));
  if (asked !== undefined && digestOf(answer.body) !== asked) throw otherContent(image, asked, answer.origin);
  return answer;
}

/** Returns the digest of some content. */
export function digestOf(body: Buffer): Digest {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}
