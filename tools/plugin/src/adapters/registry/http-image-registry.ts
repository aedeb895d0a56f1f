import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Credentials, CredentialsOf } from '../../model/release/credentials.ts';
import { parseDigest, type Digest, type ImageRef } from '../../model/release/image-ref.ts';
import { isLoopbackRegistry, registryAddress } from '../../model/release/registry-host.ts';
import { mostBytes } from '../../model/limits/most-bytes.ts';
import type { OnAnswer } from '../../ports/clock.ts';
import type { ImageRegistry } from '../../ports/image-registry.ts';
import { parseAuthChallenge, type AuthChallenge } from './auth-challenge.ts';
import { isAzureRegistry } from './azure-registries.ts';
import { HttpRequests, type HttpAnswer, type HttpRequest } from './http-requests.ts';
import { readLabels, readToken } from './json-answers.ts';
import { manifestTypes, readManifest } from './manifest.ts';
import { findCredentials } from './registry-credentials.ts';
import {
  deniedAccess,
  lookFor,
  noAnswer,
  noRegistry,
  otherContent,
  registryFails,
  strangerFails,
  type LoginKind,
} from './registry-refusals.ts';
import { probeTls } from './probe-tls.ts';

/** A registry that is busy (429, 5xx) is asked again this often. */
const attempts = 3;
/** Longer ones that a registry asks for are a refusal. */
const longestPauseMs = 5000;

/** The authorization of the next requests for a repository, as long as the registry accepts it. */
interface Authorization {
  readonly header: string;
  readonly login: LoginKind;
  readonly scheme: AuthChallenge['scheme'];
}

/** Registries that speak the OCI distribution specification: https, and also plain http on this machine's own addresses. */
export class HttpImageRegistry implements ImageRegistry {
  private readonly credentialsOf: CredentialsOf;
  private readonly isAzure: (registry: string) => boolean;
  private readonly requests: HttpRequests;
  /** By registry and repository. */
  private readonly authorizations = new Map<string, Authorization>();
  /** Registries on this machine that turned out to speak https. */
  private readonly encrypted = new Set<string>();

  /** @param isAzure reports whether a registry can lock a tag. @param onAnswer is told the registries' time. */
  constructor(credentialsOf: CredentialsOf = findCredentials, isAzure = isAzureRegistry, onAnswer?: OnAnswer) {
    this.requests = new HttpRequests(onAnswer);
    this.credentialsOf = credentialsOf;
    this.isAzure = isAzure;
  }

  async digest(image: ImageRef): Promise<Digest | undefined> {
    const path = `manifests/${image.digest ?? image.tag ?? 'latest'}`;
    const head = await this.ask(image, 'HEAD', path);
    if (!head) return undefined;
    const told = parseDigest(String(head.headers['docker-content-digest']));
    if (told !== undefined) return told;
    const got = await this.ask(image, 'GET', path);
    return got && digestOf(got.body);
  }

  async labels(image: ImageRef): Promise<Readonly<Record<string, string>> | undefined> {
    let reference: string = image.digest ?? image.tag ?? 'latest';
    // An index leads to a manifest; there is no third step.
    for (let step = 0; step < 2; step++) {
      const answer = await this.ask(image, 'GET', `manifests/${reference}`);
      if (!answer) return undefined;
      const target = readManifest(json(answer, image));
      if (!target) return {};
      if ('manifest' in target) {
        reference = target.manifest;
        continue;
      }
      const blob = await this.ask(image, 'GET', `blobs/${target.config}`);
      return blob && readLabels(json(blob, image));
    }
    return {};
  }

  async lockTag(image: ImageRef): Promise<void> {
    if (!this.isAzure(image.registry)) return;
    const { lockAzureTag } = await import('./azure-tag-lock.ts');
    await lockAzureTag(image, {
      agent: await this.requests.agentOf(image.registry),
      authorize: async (challenge) => (await this.authorize(image, challenge)).header,
    });
  }

  /** @returns the answer, or undefined for 404. @throws {Refusal} also for content that is not what its digest says. */
  private async ask(image: ImageRef, method: 'GET' | 'HEAD', path: string): Promise<HttpAnswer | undefined> {
    const key = `${image.registry}/${image.repository}`;
    for (let attempt = 1, authorized = false; ;) {
      const authorization = this.authorizations.get(key);
      const answer = await this.sendHome(image, `/v2/${image.repository}/${path}`, {
        method,
        headers: { accept: acceptOf(path), ...(authorization && { authorization: authorization.header }) },
        most: path.startsWith('blobs/') ? mostBytes.imageConfig : mostBytes.manifest,
      });
      const { status } = answer;
      if (status >= 200 && status < 300) return method === 'GET' ? asAsked(answer, path, image) : answer;
      if (status === 404) return undefined;
      if (method === 'HEAD' && (status === 405 || status === 501)) return this.ask(image, 'GET', path);
      // Whom the registry redirects to is not the registry: what it asks for is not given to it (CVE-2020-15157).
      if (answer.origin !== this.originOf(image) && pauseBefore(answer, attempt) === undefined)
        throw strangerFails(image, answer.origin, status);
      if (status === 401 && !authorized) {
        // Also when there is one already: tokens last for minutes only.
        authorized = true;
        this.authorizations.set(key, await this.authorize(image, answer.headers['www-authenticate'] ?? ''));
        continue;
      }
      if (status === 401 && authorization?.scheme === 'basic')
        throw deniedAccess(image, 'login refused', authorization.login, status);
      if (status === 401 || status === 403) {
        const login = authorization?.login ?? 'nobody';
        throw deniedAccess(image, login === 'nobody' ? 'no login' : 'no right', login, status);
      }
      const wait = pauseBefore(answer, attempt);
      if (wait === undefined) throw registryFails(image, status);
      attempt++;
      await pause(wait);
    }
  }

  private async authorize(image: ImageRef, header: string): Promise<Authorization> {
    const challenge = parseAuthChallenge(header);
    const credentials = await this.credentialsOf(image.registry);
    if (challenge?.scheme === 'bearer') return this.fetchToken(image, challenge, credentials);
    // A login token is of use only where there is a token service.
    if (challenge && credentials?.kind === 'password')
      return { scheme: 'basic', login: 'password', header: basic(credentials) };
    throw deniedAccess(image, 'no login', 'nobody', 401);
  }

  private async fetchToken(
    image: ImageRef,
    challenge: AuthChallenge & { scheme: 'bearer' },
    credentials: Credentials | undefined,
  ): Promise<Authorization> {
    const login = credentials?.kind ?? 'nobody';
    const answer = await this.askForToken(image, challenge, credentials);
    if (answer.status >= 400 && answer.status < 404) {
      // 403 is of a token service that knows the login, and gives it no token for this repository.
      const denial = answer.status === 403 ? 'no right' : 'login refused';
      throw deniedAccess(image, login === 'nobody' ? 'no login' : denial, login, answer.status);
    }
    if (answer.status !== 200) throw registryFails(image, answer.status);
    return { scheme: 'bearer', login, header: `Bearer ${readToken(json(answer, image))}` };
  }

  private askForToken(
    image: ImageRef,
    { realm, service, scope }: AuthChallenge & { scheme: 'bearer' },
    credentials: Credentials | undefined,
  ): Promise<HttpAnswer> {
    const query = {
      ...(service === undefined ? {} : { service }),
      scope: scope ?? `repository:${image.repository}:pull`,
    };
    if (credentials?.kind === 'identity-token') {
      const body = new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: 'poc-plugin',
        refresh_token: credentials.token,
        ...query,
      });
      return this.send(image, realm, { method: 'POST', body, ...ofTokens });
    }
    const url = new URL(realm);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const headers: Record<string, string> = credentials ? { authorization: basic(credentials) } : {};
    return this.send(image, url.href, { method: 'GET', headers, ...ofTokens });
  }

  /** Sends to the registry itself. */
  private async sendHome(image: ImageRef, path: string, request: HttpRequest): Promise<HttpAnswer> {
    const send = () => this.send(image, `${this.addressOf(image.registry)}${path}`, request);
    // A server that wants https answers plain http with 400, or with what is no answer.
    try {
      const answer = await send();
      if (answer.status !== 400 || !(await this.turnsOutEncrypted(image.registry))) return answer;
    } catch (error) {
      if (!(await this.turnsOutEncrypted(image.registry))) throw error;
    }
    return send();
  }

  private async send(image: ImageRef, address: string, request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await this.requests.send(image.registry, address, request);
    } catch (cause) {
      throw noAnswer(image.registry, lookFor(image), cause);
    }
  }

  /** On this machine's own addresses plain http is tried first, as it is the usual there. */
  private async turnsOutEncrypted(registry: string): Promise<boolean> {
    if (!isLoopbackRegistry(registry) || this.encrypted.has(registry) || !(await probeTls(registry))) return false;
    this.encrypted.add(registry);
    return true;
  }

  private addressOf(registry: string): string {
    if (isLoopbackRegistry(registry)) return `${this.encrypted.has(registry) ? 'https' : 'http'}://${registry}`;
    return `https://${registryAddress(registry)}`;
  }

  private originOf({ registry }: ImageRef): string {
    return new URL(this.addressOf(registry)).origin;
  }
}

/** Answers of a token service are short, and are its own: what another host says would be sent to the registry as a token. */
const ofTokens = { most: mostBytes.registryToken, staysThere: true } as const;

function acceptOf(path: string): string {
  return path.startsWith('blobs/') ? 'application/json, */*' : manifestTypes.join(', ');
}

/** Returns an answer whose content is what was asked for. @throws {Refusal} when its digest is another one. */
function asAsked(answer: HttpAnswer, path: string, image: ImageRef): HttpAnswer {
  const asked = parseDigest(path.replace(/^\w+\//, ''));
  if (asked !== undefined && digestOf(answer.body) !== asked) throw otherContent(image, asked, answer.origin);
  return answer;
}

function digestOf(body: Buffer): Digest {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

function basic({ user, password }: Credentials & { kind: 'password' }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** @returns milliseconds after which it is worth asking again, or undefined when it is not. */
function pauseBefore({ status, headers }: HttpAnswer, attempt: number): number | undefined {
  if (attempt >= attempts || (status !== 429 && status < 500)) return undefined;
  const asked = Number(headers['retry-after'] ?? Number.NaN) * 1000;
  const wait = Number.isFinite(asked) ? asked : 250 * 2 ** attempt;
  return wait <= longestPauseMs ? wait : undefined;
}

function json({ body }: HttpAnswer, image: ImageRef): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw noRegistry(image, cause);
  }
}
