import { UnencryptedAddress } from './http-requests.ts';
import { noAnswer } from './registry-refusals.ts';

describe('noAnswer', () => {
  it.each<[unknown, string, string]>([
    [{ code: 'CERT_HAS_EXPIRED' }, 'registry-certificate', 'is not valid today'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'registry-certificate', 'for another name'],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'registry-certificate', '/etc/docker/certs.d/acr.example/ca.crt'],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'registry-certificate', 'an authority that this machine does not know'],
    [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'registry-certificate', 'does not know'],
    [{ code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }, 'registry-certificate', 'does not know'],
    [{ code: 'ENOTFOUND' }, 'registry-unreachable', 'ENOTFOUND'],
    [{ name: 'AbortError', code: 'ABORT_ERR' }, 'registry-unreachable', 'no answer in 20 s'],
    [new UnencryptedAddress('http://tokens.example'), 'registry-without-tls', 'http://tokens.example'],
  ])('%j', (cause, type, told) => {
    const refusal = noAnswer('acr.example', 'look for it', cause);
    expect(refusal.facts.type).toBe(type);
    for (const part of ['acr.example', told]) expect(refusal.explain()).toContain(part);
  });
});
