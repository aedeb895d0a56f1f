import {
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
  X509Certificate,
  randomUUID,
  type KeyObject,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CertificateFiles } from './test-authority.ts';

/** One thing that a token lets its bearer do. */
export interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  /** Seconds since 1970. */
  readonly exp: number;
  readonly access?: readonly Access[];
  readonly [claim: string]: unknown;
}

/** Signs tokens that a registry verifies by a certificate, and verifies them itself. */
export class RegistryTokens {
  readonly issuer = 'test-tokens';
  private readonly key: KeyObject;
  private readonly chain: string;

  constructor({ certificate, key }: CertificateFiles) {
    this.key = createPrivateKey(readFileSync(key));
    this.chain = new X509Certificate(readFileSync(certificate)).raw.toString('base64');
  }

  /** @param seconds that it is good for; a negative number makes one that has run out. */
  issue(
    claims: { sub: string; aud: string; access?: readonly Access[]; [claim: string]: unknown },
    seconds = 300,
  ): string {
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now - 600, nbf: now - 600, exp: now + seconds };
    const text = [
      { typ: 'JWT', alg: 'ES256', x5c: [this.chain] },
      { iss: this.issuer, jti: randomUUID(), ...times, ...claims },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(text), { key: this.key, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  }

  /** @returns the claims of a token of ours that is good now and for this audience, or undefined. */
  verify(token: string, audience: string): Claims | undefined {
    const [header = '', payload = '', signature = ''] = token.split('.');
    if (signature === '') return undefined;
    const key = { key: createPublicKey(this.key), dsaEncoding: 'ieee-p1363' as const };
    if (!verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')))
      return undefined;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
    return claims.aud === audience && claims.exp * 1000 > Date.now() ? claims : undefined;
  }
}

/** Reads a `scope`: `repository:team/orders:pull,push`, several parted by spaces. */
export function readScopes(scopes: readonly string[]): Access[] {
  return scopes
    .flatMap((scope) => scope.split(' '))
    .filter((scope) => scope !== '')
    .map((scope) => {
      const [type = '', ...rest] = scope.split(':');
      const actions = (rest.pop() ?? '').split(',');
      return { type, name: rest.join(':'), actions };
    });
}
