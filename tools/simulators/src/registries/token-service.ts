import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { readScopes, type RegistryTokens } from './registry-tokens.ts';
import type { CertificateFiles } from './test-authority.ts';

/** Somebody whom the token service knows. */
export interface TokenUser {
  readonly password: string;
  /** The OAuth2 token that stands for them, as a docker login keeps it. */
  readonly refreshToken: string;
  /** Its permitted actions, on every repository. */
  readonly actions: readonly string[];
}

/** A token service as docker's specification has it, with and without OAuth2. */
export class TokenService {
  /** Seconds that its tokens are good for. */
  lifetime = 300;
  /** How often a token was asked for. */
  asked = 0;
  private readonly server: Server;

  constructor(tokens: RegistryTokens, files: CertificateFiles, users: ReadonlyMap<string, TokenUser>) {
    const { certificate, key } = files;
    this.server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        this.asked++;
        const form = request.method === 'POST' ? new URLSearchParams(body) : undefined;
        const query = form ?? new URL(request.url ?? '', 'https://tokens').searchParams;
        const user = form
          ? [...users].find(([, { refreshToken }]) => refreshToken === form.get('refresh_token'))
          : byPassword(users, request.headers.authorization);
        const [name, actions] = user ? [user[0], user[1].actions] : ['', []];
        if (!user && (form || request.headers.authorization !== undefined))
          return void response
            .writeHead(401)
            .end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}');
        const access = readScopes(query.getAll('scope')).map((scope) => ({
          ...scope,
          actions: scope.actions.filter((action) => actions.includes(action)),
        }));
        const token = tokens.issue({ sub: name, aud: query.get('service') ?? '', access }, this.lifetime);
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify(form ? { access_token: token, refresh_token: form.get('refresh_token') } : { token }),
        );
      });
    });
  }

  listen(address: string, port: number): Promise<void> {
    return new Promise((resolve) => this.server.listen(port, address, resolve));
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

function byPassword(users: ReadonlyMap<string, TokenUser>, authorization = ''): [string, TokenUser] | undefined {
  const [name = '', ...password] = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString().split(':');
  const user = users.get(name);
  return user?.password === password.join(':') ? [name, user] : undefined;
}
