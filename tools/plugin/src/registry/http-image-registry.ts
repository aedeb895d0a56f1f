import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseDigest, type Digest, type ImageRef } from '../model/image-ref.ts';
import { Refusal } from '../model/product-error.ts';
import { isLoopbackRegistry } from '../model/registry-host.ts';
import type { ImageRegistry } from '../release/ports/image-registry.ts';
import { parseAuthChallenge, type AuthChallenge } from './auth-challenge.ts';
import { manifestTypes, readManifest } from './manifest.ts';
import { findCredentials, type Credentials } from './registry-credentials.ts';

/** Milliseconds for one answer. */
const answerTimeout = 20_000;
/** A registry that is busy (429, 5xx) is asked again this often. */
const attempts = 3;
/** Milliseconds; longer ones that a registry asks for are a refusal. */
const longestPause = 5000;

/** Registries that speak the OCI distribution specification: https, and plain http on this machine's own addresses. */
export class HttpImageRegistry implements ImageRegistry {
  private readonly credentialsOf: (registry: string) => Promise<Credentials | undefined>;
  /** `Authorization` by registry and repository, as long as the registry takes it. */
  private readonly authorizations = new Map<string, string>();

  constructor(credentialsOf: (registry: string) => Promise<Credentials | undefined> = findCredentials) {
    this.credentialsOf = credentialsOf;
  }

  async digest(image: ImageRef): Promise<Digest | undefined> {
    const path = `manifests/${image.digest ?? image.tag ?? 'latest'}`;
    const head = await this.ask(image, 'HEAD', path, manifestTypes);
    if (!head) return undefined;
    const told = parseDigest(head.headers.get('docker-content-digest') ?? '');
    if (told !== undefined) return told;
    const got = await this.ask(image, 'GET', path, manifestTypes);
    const body = got && Buffer.from(await got.arrayBuffer());
    return body && `sha256:${createHash('sha256').update(body).digest('hex')}`;
  }

  async labels(image: ImageRef): Promise<Readonly<Record<string, string>> | undefined> {
    let reference: string = image.digest ?? image.tag ?? 'latest';
    // An index leads to a manifest; there is no third step.
    for (let step = 0; step < 2; step++) {
      const answer = await this.ask(image, 'GET', `manifests/${reference}`, manifestTypes);
      if (!answer) return undefined;
      const target = readManifest(await json(answer, image));
      if (!target) return {};
      if ('manifest' in target) {
        reference = target.manifest;
        continue;
      }
      const blob = await this.ask(image, 'GET', `blobs/${target.config}`, ['application/json', '*/*']);
      if (!blob) return undefined;
      const config = (await json(blob, image)) as { config?: { Labels?: Record<string, string> | null } };
      return config.config?.Labels ?? {};
    }
    return {};
  }

  /** @returns the answer, or undefined for 404. */
  private async ask(
    image: ImageRef,
    method: 'GET' | 'HEAD',
    path: string,
    accept: readonly string[],
  ): Promise<Response | undefined> {
    const { registry, repository } = image;
    const url = `${addressOf(registry)}/v2/${repository}/${path}`;
    const key = `${registry}/${repository}`;
    for (let attempt = 1, authorized = false; ;) {
      const authorization = this.authorizations.get(key);
      const response = await this.fetch(image, url, {
        method,
        headers: { accept: accept.join(', '), ...(authorization === undefined ? {} : { authorization }) },
      });
      if (response.ok) return response;
      await response.body?.cancel();
      if (response.status === 404) return undefined;
      if (response.status === 401 && !authorized) {
        // Also when there is one already: tokens last for minutes only.
        authorized = true;
        const fresh = await this.authorize(image, response.headers.get('www-authenticate') ?? '');
        if (fresh !== undefined) {
          this.authorizations.set(key, fresh);
          continue;
        }
      }
      const wait = pauseBefore(response, attempt);
      if (wait === undefined) throw refusalOf(image, response.status);
      attempt++;
      await pause(wait);
    }
  }

  private async authorize(image: ImageRef, header: string): Promise<string | undefined> {
    const challenge = parseAuthChallenge(header);
    const credentials = await this.credentialsOf(image.registry);
    if (!challenge) return undefined;
    if (challenge.scheme === 'basic') return credentials?.kind === 'password' ? basic(credentials) : undefined;
    const response = await this.fetchToken(image, challenge, credentials);
    if (!response.ok) {
      await response.body?.cancel();
      if (response.status >= 400 && response.status < 404) return undefined;
      throw refusalOf(image, response.status);
    }
    const { token, access_token: accessToken } = (await json(response, image)) as {
      token?: string;
      access_token?: string;
    };
    const bearer = token ?? accessToken;
    return bearer === undefined ? undefined : `Bearer ${bearer}`;
  }

  private fetchToken(
    image: ImageRef,
    { realm, service, scope }: AuthChallenge & { scheme: 'bearer' },
    credentials: Credentials | undefined,
  ): Promise<Response> {
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
      return this.fetch(image, realm, { method: 'POST', body });
    }
    const url = new URL(realm);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return this.fetch(image, url.href, { headers: credentials ? { authorization: basic(credentials) } : {} });
  }

  private async fetch(image: ImageRef, url: string, init: RequestInit): Promise<Response> {
    // A realm is the registry's choice; a password goes nowhere in the clear, other than on this machine.
    if (url.startsWith('http:') && !isLoopbackRegistry(new URL(url).host)) throw refusalOf(image, 'plain http');
    try {
      return await fetch(url, { ...init, signal: AbortSignal.timeout(answerTimeout) });
    } catch (cause) {
      throw refusalOf(image, 'unreachable', cause);
    }
  }
}

function addressOf(registry: string): string {
  if (isLoopbackRegistry(registry)) return `http://${registry}`;
  return `https://${registry === 'docker.io' ? 'registry-1.docker.io' : registry}`;
}

function basic({ user, password }: Credentials & { kind: 'password' }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** @returns milliseconds after which it is worth asking again, or undefined when it is not. */
function pauseBefore({ status, headers }: Response, attempt: number): number | undefined {
  if (attempt >= attempts || (status !== 429 && status < 500)) return undefined;
  const asked = Number(headers.get('retry-after') ?? Number.NaN) * 1000;
  const wait = Number.isFinite(asked) ? asked : 250 * 2 ** attempt;
  return wait <= longestPause ? wait : undefined;
}

async function json(response: Response, image: ImageRef): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    throw refusalOf(image, 'no JSON', cause);
  }
}

function refusalOf(
  image: ImageRef,
  problem: number | 'unreachable' | 'plain http' | 'no JSON',
  cause?: unknown,
): Refusal {
  const { registry, repository } = image;
  const facts = { doing: `look for ${image} in its registry`, ...(cause === undefined ? {} : { cause }) };
  if (problem === 401 || problem === 403)
    return new Refusal({
      ...facts,
      type: 'registry-denies-access',
      reason: `The registry ${registry} does not let us read ${repository} (${problem}).`,
      remedy: `Log in with "docker login ${registry}", as somebody who may pull and push ${repository}.`,
    });
  if (problem === 429)
    return new Refusal({
      ...facts,
      type: 'registry-limits-requests',
      reason: `The registry ${registry} answers that there are too many requests (429).`,
      remedy: `Wait and run the same command again; logged in ("docker login ${registry}") more are allowed.`,
    });
  if (typeof problem === 'number')
    return new Refusal({
      ...facts,
      type: 'registry-fails',
      reason: `The registry ${registry} answers with an error (${problem}).`,
      remedy: "Look at the registry's own log, then run the same command again.",
    });
  if (problem === 'unreachable')
    return new Refusal({
      ...facts,
      type: 'registry-unreachable',
      reason: `The registry ${registry} could not be reached (${reasonOf(cause)}).`,
      remedy:
        'Check its address in the environment file, that it runs, and the network; then run the same command again.',
    });
  if (problem === 'plain http')
    return new Refusal({
      ...facts,
      type: 'registry-without-tls',
      reason: `The registry ${registry} sends us to an address without encryption.`,
      remedy: "Mend its token service's address (the realm of its authentication).",
    });
  return new Refusal({
    ...facts,
    type: 'registry-fails',
    reason: `What answers at ${registry} is no image registry: it sent no JSON.`,
    remedy: 'Check its address in the environment file.',
  });
}

/** `fetch failed` hides the reason in its cause. */
function reasonOf(thrown: unknown): string {
  const { name, message, cause } = thrown as {
    name?: string;
    message?: string;
    cause?: { code?: string; message?: string };
  };
  if (name === 'TimeoutError') return `no answer in ${answerTimeout / 1000} s`;
  return cause?.code ?? cause?.message ?? message ?? String(thrown);
}
