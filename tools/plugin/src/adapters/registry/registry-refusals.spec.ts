import { errorRulesContract } from '../../../../contracts/src/error-rules-contract.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { ProxyTrouble } from '../proxy/proxy-trouble.ts';
import { AnswerTooLong } from '../answers/read-within.ts';
import { ForeignRedirect } from './http-requests.ts';
import { AddressRefused } from './surroundings.ts';
import {
  answerRules,
  denialRules,
  noAnswer,
  noAnswerRules,
  type Denial,
  type LoginKind,
  type Rights,
} from './registry-refusals.ts';

const registry = 'acr.example';
const image = ImageRef.of(registry, 'orders', '20261124-1');

describe('denialRules', () => {
  const denied = (denial: Denial, login: LoginKind, rights: Rights = 'pull') => ({
    ...{ image, denial, login, rights },
    status: 401,
  });
  errorRulesContract(denialRules, [
    {
      foreign: denied('no login', 'nobody'),
      type: 'registry-login-missing',
      says: 'acr.example requires a login to read orders (401), and this machine has no credentials for it.',
    },
    {
      foreign: denied('login refused', 'identity-token'),
      type: 'registry-login-refused',
      says: 'it has expired',
    },
    {
      foreign: denied('login refused', 'password'),
      type: 'registry-login-refused',
      says: '`docker login acr.example`',
    },
    {
      foreign: denied('no right', 'password', 'push'),
      type: 'registry-denies-access',
      says: 'The login for acr.example may not push to orders (401)',
    },
    {
      foreign: denied('no right', 'password'),
      type: 'registry-denies-access',
      says: 'Read access to orders at acr.example was denied (401)',
    },
  ]);
});

describe('answerRules', () => {
  const answered = (status: number, rights: Rights = 'pull') => ({
    ...{ registry, repository: 'orders', by: `The registry ${registry}`, pause: '', status, rights },
  });
  errorRulesContract(answerRules, [
    { foreign: answered(413, 'push'), type: 'image-too-large', says: 'takes nothing as large as this (413)' },
    { foreign: answered(404, 'push'), type: 'registry-denies-access', says: 'has no repository orders' },
    {
      foreign: {
        ...answered(429),
        by: 'The token service tokens.example of it',
        pause: ', and asks to be left alone for 9 s',
      },
      type: 'registry-limits-requests',
      says: 'The token service tokens.example of it received too many requests (429), and asks to be left alone for 9 s.',
    },
    { foreign: answered(500), type: 'registry-fails', says: 'error (500)' },
  ]);
});

describe('noAnswerRules', () => {
  const lost = (code: string, cause: unknown = { code }) => ({ registry, cause, code });
  const proxy = 'http://me:secret@proxy:3128';
  const trouble = ProxyTrouble.refused('http://proxy:3128', 'acr.example:443', { status: 407 });
  errorRulesContract(noAnswerRules, [
    {
      foreign: { ...lost(trouble.message, trouble), proxy },
      type: 'registry-unreachable',
      says: '(the proxy http://proxy:3128 wants a login (407)). Write the login into its address',
    },
    { foreign: lost('', new AnswerTooLong(4 * 1024 * 1024)), type: 'registry-fails', says: 'more than 4 MiB' },
    {
      foreign: lost('', new ForeignRedirect('https://tokens.example', 'https://evil.example')),
      type: 'registry-leads-astray',
      says: 'https://tokens.example redirects to https://evil.example',
    },
    {
      foreign: lost('', new AddressRefused('https://169.254.169.254', 'link-local')),
      type: 'registry-leads-astray',
      says: "https://169.254.169.254, an address of this machine's link or cloud",
    },
    {
      foreign: lost('', new AddressRefused('http://tokens.example', 'unencrypted')),
      type: 'registry-without-tls',
      says: 'http://tokens.example',
    },
    { foreign: lost('EPROTO'), type: 'registry-without-tls', says: 'speaks plain http' },
    { foreign: lost('CERT_HAS_EXPIRED'), type: 'registry-certificate', says: 'is not valid today' },
    { foreign: lost('ERR_TLS_CERT_ALTNAME_INVALID'), type: 'registry-certificate', says: 'for another name' },
    { foreign: lost('DEPTH_ZERO_SELF_SIGNED_CERT'), type: 'registry-certificate', says: 'does not know' },
    {
      foreign: { ...lost('ECONNRESET, through the proxy http://proxy:3128'), proxy },
      type: 'registry-unreachable',
      says: 'NO_PROXY',
    },
    { foreign: lost('ENOTFOUND'), type: 'registry-unreachable', says: 'ENOTFOUND' },
  ]);
});

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
    [new AddressRefused('http://tokens.example', 'unencrypted'), 'registry-without-tls', 'http://tokens.example'],
  ])('%j', (cause, type, told) => {
    const refusal = noAnswer('acr.example', 'look for it', cause);
    expect(refusal.facts.type).toBe(type);
    for (const part of ['acr.example', told]) expect(refusal.explain()).toContain(part);
  });
});
