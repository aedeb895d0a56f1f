import { mkdirSync, readFileSync } from 'node:fs';
import * as http from 'node:http';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { freePort, startRegistry } from './real-registry.ts';
import { readScopes, RegistryTokens, type Access } from './registry-tokens.ts';
import { ownAddress, type TestAuthority } from './test-authority.ts';

/** Manifests of one image, and of several platforms. */
const manifestTypes = [
  'oci.image.manifest.v1',
  'oci.image.index.v1',
  'docker.distribution.manifest.v2',
  'docker.distribution.manifest.list.v2',
];

/** The Azure tenant of the simulator. */
export const tenant = '11111111-1111-1111-1111-111111111111';

/** Somebody whom Azure knows, and what they may do with every repository. */
export interface AzureIdentity {
  readonly secret?: string;
  /** The token that the identity's own platform signed for it. */
  readonly federatedToken?: string;
  actions: readonly string[];
}

/** The operations that an Azure registry permits on a tag. */
interface TagAttributes {
  readonly deleteEnabled: boolean;
  readonly writeEnabled: boolean;
  readonly readEnabled: boolean;
  readonly listEnabled: boolean;
}

const audience = 'https://containerregistry.azure.net';
/** The name beside a login token. */
const nobody = '00000000-0000-0000-0000-000000000000';

/**
 * A simulator of an Azure container registry, and of the parts of Azure that let somebody in there: Entra's token
 * endpoint, the managed identity's, the registry's exchange of tokens, and the locking of tags. The images themselves are
 * in a real registry behind it. It is strict: tokens are for one audience, for one scope, and run out.
 */
export class AcrSimulator {
  /** The registry's host, `10.0.0.1:5443`. */
  readonly host: string;
  /** Where a managed identity gets its token, in plain http as on Azure's machines. */
  readonly machineAddress: string;
  readonly servicePrincipal: AzureIdentity = { secret: 's3cr~et', actions: ['pull', 'push', 'metadata_write'] };
  readonly workload: AzureIdentity = { federatedToken: 'fed.era.ted', actions: ['pull', 'push', 'metadata_write'] };
  readonly managed: AzureIdentity = { actions: ['pull', 'push', 'metadata_write'] };
  readonly identities: ReadonlyMap<string, AzureIdentity> = new Map([
    ['22222222-2222-2222-2222-222222222222', this.servicePrincipal],
    ['33333333-3333-3333-3333-333333333333', this.workload],
    ['44444444-4444-4444-4444-444444444444', this.managed],
  ]);
  /** Seconds that the tokens given from now on are good for. */
  lifetime = 300;
  /** The requests to `POST /oauth2/exchange`. */
  readonly seen: string[] = [];
  private readonly tags = new Map<string, TagAttributes>();
  private readonly tokens: RegistryTokens;
  private readonly server: Server;
  private readonly machine: http.Server;
  private readonly backend: number;
  private end = () => {};

  private constructor(host: string, backend: number, machinePort: number, authority: TestAuthority) {
    const { certificate, key } = authority.issue('acr');
    this.host = host;
    this.backend = backend;
    this.machineAddress = `http://127.0.0.1:${machinePort}`;
    this.tokens = new RegistryTokens({ certificate, key });
    this.server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
      const url = new URL(request.url ?? '', this.origin);
      this.seen.push(`${request.method} ${url.pathname}`);
      if (url.pathname.startsWith('/v2/')) return this.serveImages(request, response, url);
      void readBody(request).then((body) => this.answer(request, url, body).then((answer) => send(response, answer)));
    });
    this.machine = http.createServer((request, response) => send(response, this.machineToken(request)));
  }

  static async start(folder: string, authority: TestAuthority): Promise<AcrSimulator> {
    const address = ownAddress();
    const [port, backend, machinePort] = [
      await freePort(address),
      await freePort('127.0.0.1'),
      await freePort('127.0.0.1'),
    ];
    const simulator = new AcrSimulator(`${address}:${port}`, backend, machinePort, authority);
    const { host, tokens, server, machine } = simulator;
    const auth = {
      token: {
        realm: `https://${host}/oauth2/token`,
        service: host,
        issuer: tokens.issuer,
        rootcertbundle: authority.certificate,
      },
    };
    mkdirSync(join(folder, 'acr'));
    const end = await startRegistry({ folder: join(folder, 'acr'), address: '127.0.0.1', port: backend, auth });
    await new Promise<void>((resolve) => server.listen(port, address, resolve));
    await new Promise<void>((resolve) => machine.listen(machinePort, '127.0.0.1', resolve));
    simulator.end = () => {
      end();
      for (const each of [server, machine]) {
        each.closeAllConnections();
        each.close();
      }
    };
    return simulator;
  }

  get origin(): string {
    return `https://${this.host}`;
  }

  /** A token to push images into it with. */
  writerToken(name: string): string {
    return this.tokens.issue({
      sub: 'writer',
      aud: this.host,
      access: [{ type: 'repository', name, actions: ['pull', 'push'] }],
    });
  }

  /** The login token that `az acr login` would leave. @param seconds that it is good for. */
  loginToken(client: string, seconds = 300): string {
    return this.tokens.issue({ sub: client, aud: this.host, grant_type: 'refresh_token' }, seconds);
  }

  /** Azure's own token for an identity, as `az account get-access-token` tells it. */
  azureToken(client: string): string {
    return this.tokens.issue({ sub: client, aud: audience, tid: tenant }, this.lifetime);
  }

  /** Returns the operations that are permitted on a tag now. */
  attributes(repository: string, tag: string): TagAttributes {
    const all = { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true };
    return this.tags.get(`${repository}:${tag}`) ?? all;
  }

  close(): void {
    this.end();
  }

  private async answer(request: http.IncomingMessage, url: URL, body: string): Promise<Answer> {
    const form = new URLSearchParams(body);
    const path = decodeURIComponent(url.pathname);
    if (path === `/${tenant}/v2.0/.well-known/openid-configuration`) return ok(this.openIdConfiguration());
    if (request.method === 'POST' && path === `/${tenant}/oauth2/v2.0/token`) return this.accessToken(form);
    if (request.method === 'POST' && path === '/oauth2/exchange') return this.loginTokenFor(form);
    if (path === '/oauth2/token')
      return request.method === 'POST'
        ? this.registryToken(form, this.ofLoginToken(form.get('refresh_token') ?? ''))
        : this.registryToken(url.searchParams, this.ofPassword(request.headers.authorization));
    const [, repository, tag] = /^\/acr\/v1\/(.+)\/_tags\/([^/]+)$/.exec(path) ?? [];
    if (repository && tag) return this.tag(request, repository, tag, body);
    return failed(404, 'NOT_FOUND', path);
  }

  /** Entra's answer to a service principal or a workload. */
  private accessToken(form: URLSearchParams): Answer {
    const client = form.get('client_id') ?? '';
    const identity = this.identities.get(client);
    const refused = (status: number, error: string, text: string) => ({
      status,
      body: { error, error_description: text, error_codes: [Number(/\d+/.exec(text)?.[0])] },
    });
    if (form.get('grant_type') !== 'client_credentials') return refused(400, 'unsupported_grant_type', 'AADSTS70003');
    if (!identity) return refused(400, 'unauthorized_client', `AADSTS700016: Application ${client} was not found.`);
    const scopes = (form.get('scope') ?? '').split(' ');
    if (!scopes.includes(`${audience}/.default`))
      return refused(400, 'invalid_scope', 'AADSTS70011: The scope is not valid.');
    const assertion = form.get('client_assertion');
    const good =
      assertion === null ? form.get('client_secret') === identity.secret : assertion === identity.federatedToken;
    if (!good || (identity.secret ?? identity.federatedToken) === undefined)
      return refused(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.');
    return ok({
      token_type: 'Bearer',
      expires_in: this.lifetime,
      ext_expires_in: this.lifetime,
      access_token: this.azureToken(client),
    });
  }

  /** Returns the answer that a machine in Azure gets from its metadata address. */
  private machineToken(request: http.IncomingMessage): Answer {
    const url = new URL(request.url ?? '', this.machineAddress);
    if (url.pathname.replace(/\/$/, '') !== '/metadata/identity/oauth2/token')
      return failed(404, 'NOT_FOUND', url.pathname);
    if (request.headers['metadata'] !== 'true')
      return failed(400, 'bad_request', 'Required metadata header not specified');
    if (url.searchParams.get('resource') !== audience) return failed(400, 'invalid_resource', 'AADSTS500011');
    const [client = ''] = [...this.identities].find(([, identity]) => identity === this.managed) ?? [];
    return ok({
      access_token: this.azureToken(client),
      expires_in: String(this.lifetime),
      expires_on: String(Math.floor(Date.now() / 1000) + this.lifetime),
      resource: audience,
      token_type: 'Bearer',
    });
  }

  /** `/oauth2/exchange`: Azure's token against the registry's own. */
  private loginTokenFor(form: URLSearchParams): Answer {
    if (form.get('grant_type') !== 'access_token' || form.get('service') !== this.host)
      return failed(400, 'BAD_REQUEST', 'grant_type or service is not valid');
    const claims = this.tokens.verify(form.get('access_token') ?? '', audience);
    const actions = this.identities.get(claims?.sub ?? '')?.actions ?? [];
    if (!claims || claims['tid'] !== tenant || actions.length === 0) return unauthorized();
    return ok({ refresh_token: this.loginToken(claims.sub, this.lifetime) });
  }

  /** Returns the account of a login token. */
  private ofLoginToken(token: string): string | undefined {
    const claims = this.tokens.verify(token, this.host);
    return claims?.['grant_type'] === 'refresh_token' ? claims.sub : undefined;
  }

  /**
   * Returns the account of a name and a password: a service principal's, or that of a login token given as the
   * password.
   */
  private ofPassword(authorization = ''): string | undefined {
    const [name = '', ...rest] = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString().split(':');
    const password = rest.join(':');
    if (name === nobody) return this.ofLoginToken(password);
    return this.identities.get(name)?.secret === password ? name : undefined;
  }

  /** `/oauth2/token`: a login against a token for a scope. */
  private registryToken(asked: URLSearchParams, client: string | undefined): Answer {
    const identity = this.identities.get(client ?? '');
    if (client === undefined || !identity) return unauthorized();
    if (asked.get('service') !== this.host) return failed(400, 'BAD_REQUEST', 'service is not valid');
    const access = readScopes(asked.getAll('scope')).map((scope) => ({
      ...scope,
      actions: scope.actions.filter((action) => identity.actions.includes(action)),
    }));
    return ok({ access_token: this.tokens.issue({ sub: client, aud: this.host, access }, this.lifetime) });
  }

  /** `/acr/v1/<repository>/_tags/<tag>`. */
  private async tag(request: http.IncomingMessage, repository: string, tag: string, body: string): Promise<Answer> {
    const action = request.method === 'PATCH' ? 'metadata_write' : 'metadata_read';
    if (!this.allows(request, repository, action))
      return { ...unauthorized(), challenge: this.challenge(`repository:${repository}:${action}`) };
    const digest = await this.digest(repository, tag);
    if (digest === undefined) return failed(404, 'TAG_UNKNOWN', `the specified tag ${tag} does not exist`);
    if (request.method === 'PATCH') {
      const known = this.attributes(repository, tag);
      const changes = Object.entries(JSON.parse(body) as object).filter(([, value]) => value !== undefined);
      if (changes.some(([name, value]) => !(name in known) || typeof value !== 'boolean'))
        return failed(400, 'INVALID_PARAMETER', body);
      this.tags.set(`${repository}:${tag}`, { ...known, ...(Object.fromEntries(changes) as Partial<TagAttributes>) });
    }
    const time = '2026-11-24T12:00:00.0000000Z';
    return ok({
      registry: this.host,
      imageName: repository,
      tag: {
        name: tag,
        digest,
        createdTime: time,
        lastUpdateTime: time,
        signed: false,
        changeableAttributes: this.attributes(repository, tag),
      },
    });
  }

  /** Images come from the registry behind, other than where a lock is in the way. */
  private serveImages(request: http.IncomingMessage, response: http.ServerResponse, { pathname }: URL): void {
    const [, repository = '', tag = ''] = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(pathname) ?? [];
    const { writeEnabled, deleteEnabled } = this.attributes(repository, tag);
    const isLocked =
      (request.method === 'PUT' && !writeEnabled) || (request.method === 'DELETE' && !(writeEnabled && deleteEnabled));
    if (isLocked && this.allows(request, repository, 'push')) {
      request.resume();
      return send(
        response,
        failed(
          405,
          'REGISTRY_DISALLOWED_OPERATION',
          'The operation is disallowed on this registry, repository or image.',
        ),
      );
    }
    const { method, url: path, headers } = request;
    const options = {
      host: '127.0.0.1',
      port: this.backend,
      method,
      path,
      headers: { ...headers, 'x-forwarded-proto': 'https' },
    };
    const behind = http.request(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    behind.on('error', () => response.destroy());
    request.pipe(behind);
  }

  private digest(repository: string, tag: string): Promise<string | undefined> {
    const headers = {
      accept: manifestTypes.map((type) => `application/vnd.${type}+json`).join(', '),
      authorization: `Bearer ${this.writerToken(repository)}`,
    };
    const options = { host: '127.0.0.1', port: this.backend, method: 'HEAD', headers };
    return new Promise((resolve, reject) => {
      const path = `/v2/${repository}/manifests/${tag}`;
      const request = http.request({ ...options, path }, (answer) => {
        answer.resume();
        resolve(answer.headers['docker-content-digest'] as string | undefined);
      });
      request.on('error', reject).end();
    });
  }

  private allows({ headers }: http.IncomingMessage, repository: string, action: string): boolean {
    const claims = this.tokens.verify((headers.authorization ?? '').replace('Bearer ', ''), this.host);
    return (claims?.access ?? []).some(({ name, actions }: Access) => name === repository && actions.includes(action));
  }

  private challenge(scope: string): string {
    return `Bearer realm="${this.origin}/oauth2/token",service="${this.host}",scope="${scope}"`;
  }

  private openIdConfiguration() {
    return {
      issuer: `${this.origin}/${tenant}/v2.0`,
      authorization_endpoint: `${this.origin}/${tenant}/oauth2/v2.0/authorize`,
      token_endpoint: `${this.origin}/${tenant}/oauth2/v2.0/token`,
      jwks_uri: `${this.origin}/${tenant}/discovery/v2.0/keys`,
    };
  }
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly challenge?: string;
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function failed(status: number, code: string, message: string): Answer {
  return { status, body: { errors: [{ code, message }] } };
}

function unauthorized(): Answer {
  return failed(
    401,
    'UNAUTHORIZED',
    'authentication required, visit https://aka.ms/acr/authorization for more information.',
  );
}

function send(response: http.ServerResponse, { status, body, challenge }: Answer): void {
  const headers = { 'content-type': 'application/json', ...(challenge && { 'www-authenticate': challenge }) };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
