import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startRegistry } from './real-registry.ts';
import { RegistryTokens } from './registry-tokens.ts';
import { RegistryWriter } from './registry-writer.ts';
import { ownAddress, TestAuthority, type CertificateFiles } from './test-authority.ts';
import { TokenService } from './token-service.ts';

/** The one whom the registries with a password let in. */
export const ada = { user: 'ada', password: 's3:cret' };
/** `htpasswd -nbB -C 4 ada s3:cret`. */
const adaHash = '$2b$04$B7OSXsjxVRacDO4nkfVEgOSKKwNpiAXSETJP.NYsBRFXxSSV4LLDa';

/** The token service's people: one may do all, one may read, one has no rights. */
export const tokenUsers = new Map([
  [ada.user, { password: ada.password, refreshToken: 'refresh-ada', actions: ['pull', 'push'] }],
  ['carol', { password: 'c4rol', refreshToken: 'refresh-carol', actions: ['pull'] }],
  ['bob', { password: 'b0b', refreshToken: 'refresh-bob', actions: [] }],
]);

/** A registry that runs, and a hand to put images into it with. */
export interface SecuredRegistry {
  readonly host: string;
  readonly writer: RegistryWriter;
}

/** Real registries with TLS that want a login, and what belongs to them. */
export class SecuredRegistries {
  readonly authority: TestAuthority;
  readonly folder = mkdtempSync(join(tmpdir(), 'registries-'));
  private readonly ends: (() => void)[] = [];
  private count = 0;

  constructor() {
    this.authority = new TestAuthority(this.folder);
  }

  /** A registry that wants a name and a password (Basic). */
  async withPassword(address = ownAddress(), certificate = this.authority.issue('registry')): Promise<SecuredRegistry> {
    const path = join(this.folder, 'htpasswd');
    writeFileSync(path, `${ada.user}:${adaHash}\n`);
    const auth = { htpasswd: { realm: 'test', path } };
    const authorization = `Basic ${Buffer.from(`${ada.user}:${ada.password}`).toString('base64')}`;
    return this.start(address, certificate, auth, () => authorization);
  }

  /** A registry that wants tokens of a service of its own (Bearer). */
  async withTokens(address = ownAddress()): Promise<SecuredRegistry & { readonly service: TokenService }> {
    const certificate = this.authority.issue('tokens');
    const tokens = new RegistryTokens(certificate);
    const service = new TokenService(tokens, certificate, tokenUsers);
    this.ends.push(() => service.close());
    const port = await freePort(address);
    await service.listen(address, port);
    const auth = {
      token: {
        realm: `https://${address}:${port}/token`,
        service: 'test-registry',
        issuer: tokens.issuer,
        rootcertbundle: this.authority.certificate,
      },
    };
    const registry = await this.start(address, certificate, auth, (name) => {
      const access = [{ type: 'repository', name, actions: ['pull', 'push'] }];
      return `Bearer ${tokens.issue({ sub: 'writer', aud: 'test-registry', access })}`;
    });
    return { ...registry, service };
  }

  close(): void {
    for (const end of this.ends.splice(0)) end();
    this.authority.forget();
    rmSync(this.folder, { recursive: true });
  }

  private async start(
    address: string,
    tls: CertificateFiles,
    auth: Readonly<Record<string, unknown>>,
    authorization: (repository: string) => string,
  ): Promise<SecuredRegistry> {
    const folder = join(this.folder, `registry-${++this.count}`);
    mkdirSync(folder);
    const port = await freePort(address);
    this.ends.push(await startRegistry({ folder, address, port, tls, auth }));
    const host = `${address}:${port}`;
    const writer = new RegistryWriter({ origin: `https://${host}`, ca: this.authority.pem(), authorization });
    return { host, writer };
  }
}
