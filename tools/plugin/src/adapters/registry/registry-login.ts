import { mostBytes } from '../../model/limits/most-bytes.ts';
import type { Credentials, CredentialsOf } from '../../model/image/credentials.ts';
import type { ImageRef } from '../../model/image/image-ref.ts';
import { parseAuthChallenge, type AuthChallenge } from './auth-challenge.ts';
import type { HttpAnswer, HttpRequest } from './http-requests.ts';
import { parseJson, readToken } from './json-answers.ts';
import { deniedAccess, registryFails, type LoginKind, type Rights } from './registry-refusals.ts';
import { userAgent } from '../../model/product/wire-names.ts';

/** The authorization of the next requests for a repository, as long as the registry accepts it. */
export interface Authorization {
  readonly header: string;
  readonly login: LoginKind;
  readonly scheme: AuthChallenge['scheme'];
}

/** Sends a request to an address that the image's registry named, for nobody but it. */
type Send = (image: ImageRef, address: string, request: HttpRequest) => Promise<HttpAnswer>;

/** Answers of a token service are short, and are its own: what another host says would be sent to the registry as a token. */
const ofTokens = { most: mostBytes.registryToken, staysThere: true } as const;

/** Answers what registries challenge with, by the login that this machine has for each. */
export class RegistryLogin {
  private readonly credentialsOf: CredentialsOf;
  private readonly send: Send;

  constructor(credentialsOf: CredentialsOf, send: Send) {
    this.credentialsOf = credentialsOf;
    this.send = send;
  }

  /**
   * Returns what a challenge (`WWW-Authenticate`) asks for.
   * @throws {Refusal} when this machine has no login, or it is not accepted.
   */
  async authorize(image: ImageRef, header: string, rights: Rights): Promise<Authorization> {
    const challenge = parseAuthChallenge(header);
    const credentials = await this.credentialsOf(image.registry);
    if (challenge?.scheme === 'bearer') return this.fetchToken(image, challenge, { credentials, rights });
    // A login token is of use only where there is a token service.
    if (challenge && credentials?.kind === 'password')
      return { scheme: 'basic', login: 'password', header: basic(credentials) };
    throw deniedAccess({ image, denial: 'no login', login: 'nobody', status: 401, rights });
  }

  private async fetchToken(
    image: ImageRef,
    challenge: AuthChallenge & { scheme: 'bearer' },
    { credentials, rights }: { readonly credentials: Credentials | undefined; readonly rights: Rights },
  ): Promise<Authorization> {
    const login = credentials?.kind ?? 'nobody';
    const scopes = (
      challenge.scope ?? `repository:${image.repository}:${rights === 'push' ? 'pull,push' : 'pull'}`
    ).split(' ');
    const answer = await this.askForToken(image, { ...challenge, scopes }, credentials);
    const { status } = answer;
    if (status >= 400 && status < 404) {
      // 403 is of a token service that knows the login, and gives it no token for this repository.
      const denial = login === 'nobody' ? 'no login' : status === 403 ? 'no right' : 'login refused';
      throw deniedAccess({ image, denial, login, status, rights });
    }
    if (status !== 200) throw registryFails(image, { ...answer, from: new URL(challenge.realm).host }, rights);
    return { scheme: 'bearer', login, header: `Bearer ${readToken(parseJson(answer, image))}` };
  }

  private askForToken(
    image: ImageRef,
    {
      realm,
      service,
      scopes,
    }: { readonly realm: string; readonly service?: string; readonly scopes: readonly string[] },
    credentials: Credentials | undefined,
  ): Promise<HttpAnswer> {
    const query: Record<string, string> = service === undefined ? {} : { service };
    if (credentials?.kind === 'identity-token') {
      const asked = { grant_type: 'refresh_token', client_id: userAgent.plugin, refresh_token: credentials.token };
      const body = new URLSearchParams({ ...asked, ...query, scope: scopes.join(' ') });
      return this.send(image, realm, { method: 'POST', body, ...ofTokens });
    }
    const url = new URL(realm);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    url.searchParams.delete('scope');
    for (const scope of scopes) url.searchParams.append('scope', scope);
    const headers: Record<string, string> = credentials ? { authorization: basic(credentials) } : {};
    return this.send(image, url.href, { method: 'GET', headers, ...ofTokens });
  }
}

function basic({ user, password }: Credentials & { kind: 'password' }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
