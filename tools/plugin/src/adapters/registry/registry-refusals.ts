import { refusalBy, type ErrorRule } from '../../model/errors/error-rules.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { registrySetting } from '../../model/environment/environment.ts';
import type { Digest, ImageRef } from '../../model/image/image-ref.ts';
import { proxyOf } from '../proxy/proxy.ts';
import { isUntrusted, proxyRemedy, ProxyTrouble, throughProxy } from '../proxy/proxy-trouble.ts';
import { AnswerTooLong } from '../answers/read-within.ts';
import { pauseIn } from './asking-again.ts';
import { addressAskedAt, answerTimeoutMs, ForeignRedirect } from './http-requests.ts';
import { AddressRefused } from './surroundings.ts';

/** How this machine logged in, or tried to. */
export type LoginKind = 'nobody' | 'password' | 'identity-token';

/** Why a registry denies something. */
export type Denial =
  /** It requires a login, and this machine has none. */
  | 'no login'
  /** It does not accept the login that this machine has. */
  | 'login refused'
  /** It accepts the login, which has no right to this. */
  | 'no right';

/** The use of a repository: its content is read, or something is put there. */
export type Rights = 'pull' | 'push';

/** A registry that denies access. */
interface DeniedAccess {
  readonly image: ImageRef;
  readonly denial: Denial;
  readonly login: LoginKind;
  readonly status: number;
  readonly rights: Rights;
}

const logIn = ({ registry }: ImageRef) => `\`docker login ${registry}\` (or \`podman login ${registry}\`)`;

/** Why a registry denies access. */
export const denialRules: readonly ErrorRule<DeniedAccess>[] = [
  {
    when: ({ denial }) => denial === 'no login',
    type: 'registry-login-missing',
    reason: ({ image: { registry, repository }, status, rights }) =>
      `${registry} requires a login to ${rights === 'push' ? 'push to' : 'read'} ${repository} (${status}), and this machine has no credentials for it.`,
    remedy: ({ image }) => `Log in with ${logIn(image)} as a user who may pull and push ${image.repository}.`,
  },
  {
    when: ({ denial, login }) => denial === 'login refused' && login === 'identity-token',
    type: 'registry-login-refused',
    reason: ({ image: { registry }, status }) =>
      `The registry ${registry} does not accept the login token on this machine (${status}): it has expired, or was withdrawn.`,
    remedy: ({ image }) => `Log in again with ${logIn(image)}.`,
  },
  {
    when: ({ denial }) => denial === 'login refused',
    type: 'registry-login-refused',
    reason: ({ image: { registry }, status }) =>
      `The registry ${registry} does not accept the user name and password on this machine (${status}).`,
    remedy: ({ image }) => `Log in again with ${logIn(image)}.`,
  },
  {
    when: ({ denial, rights }) => denial === 'no right' && rights === 'push',
    type: 'registry-denies-access',
    reason: ({ image: { registry, repository }, status }) =>
      `The login for ${registry} may not push to ${repository} (${status}); the login itself is accepted.`,
    remedy: ({ image }) =>
      `Grant the login the right to push ${image.repository}, or log in with ${logIn(image)} as a user who has it. Some registries make no repository by a push: then make it first.`,
  },
  {
    when: ({ denial }) => denial === 'no right',
    type: 'registry-denies-access',
    reason: ({ image: { registry, repository }, status }) =>
      `Read access to ${repository} at ${registry} was denied (${status}); the login itself is accepted. Some registries answer so for a repository that is not there, too.`,
    remedy: ({ image }) =>
      `Look whether ${image.repository} is there; grant the login the right to pull and push it, or log in with ${logIn(image)} as a user who has it.`,
  },
];

/** Returns the refusal for a registry that denies access. */
export function deniedAccess(denied: DeniedAccess): Refusal {
  // There is a rule for every denial.
  return refusalBy(denialRules, denied, { doing: purposeOf(denied.image, denied.rights) })!;
}

/** Returns the refusal for a registry that wants a login and is spoken to in plain http, where everybody reads along. */
export function loginInTheClear(image: ImageRef, rights: Rights): Refusal {
  return new Refusal({
    type: 'registry-without-tls',
    doing: purposeOf(image, rights),
    reason: `The registry ${image.registry} speaks plain http and wants a login: none is sent without encryption, but to this machine.`,
    remedy: 'Give it a certificate, or let it be read and written to without a login.',
  });
}

/** An error that a registry answered with. */
interface ErrorAnswer {
  readonly registry: string;
  readonly repository: string;
  /** The one that answered: the registry, or its token service. */
  readonly by: string;
  /** For how long it asks not to be asked, as a clause; empty where it does not say. */
  readonly pause: string;
  readonly status: number;
  readonly rights: Rights;
}

/** Why a registry answers with an error. */
export const answerRules: readonly ErrorRule<ErrorAnswer>[] = [
  {
    when: ({ status }) => status === 413,
    type: 'image-too-large',
    reason: ({ registry }) => `The registry ${registry}, or a proxy before it, takes nothing as large as this (413).`,
    remedy: () =>
      'Raise the limit for bodies of requests there (nginx: `client_max_body_size 0`), or make the layer smaller.',
  },
  {
    when: ({ status, rights }) => status === 404 && rights === 'push',
    type: 'registry-denies-access',
    reason: ({ registry, repository }) =>
      `The registry ${registry} has no repository ${repository}, and a push makes none there (404).`,
    remedy: () => 'Make the repository, then run the same command again.',
  },
  {
    when: ({ status }) => status === 429,
    type: 'registry-limits-requests',
    reason: ({ by, pause }) => `${by} received too many requests (429)${pause}.`,
    remedy: ({ registry }) =>
      `Wait and run the same command again; after \`docker login ${registry}\` more are allowed.`,
  },
  {
    when: () => true,
    type: 'registry-fails',
    reason: ({ by, status }) => `${by} answered with an error (${status}).`,
    remedy: () => "Look at the registry's own log, then run the same command again.",
  },
];

/** An answer that is an error. */
interface FailedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Host of the token service that it is from; the registry's own when left out. */
  readonly from?: string;
}

/** Returns the refusal for a registry that answers with an error. */
export function registryFails(image: ImageRef, answer: FailedAnswer, rights: Rights): Refusal {
  const { registry, repository } = image;
  const { status, headers, from } = answer;
  const by = `${from === undefined ? 'The registry' : `The token service ${from} of the registry`} ${registry}`;
  const failed = { registry, repository, by, pause: pauseIn(headers), status, rights };
  // The last rule matches all.
  return refusalBy(answerRules, failed, { doing: purposeOf(image, rights) })!;
}

/** Returns the refusal for a registry that answers with an error to who logs in. @param doing as a clause. */
export function loginFails(registry: string, { status, headers }: FailedAnswer, doing: string): Refusal {
  const failed = { registry, repository: '', by: `The registry ${registry}`, pause: pauseIn(headers), status };
  return refusalBy(answerRules, { ...failed, rights: 'pull' }, { doing })!;
}

/** Returns the refusal for an address at which something other than a registry answers. */
export function noRegistry(image: ImageRef, cause: unknown): Refusal {
  return new Refusal({
    type: 'registry-fails',
    doing: purposeOf(image, 'pull'),
    reason: `${image.registry} did not answer like an image registry (no JSON).`,
    remedy: `Check its address (${registrySetting()}).`,
    cause,
  });
}

/** Returns the refusal for whom a registry redirects to, and who does not let us in or answers with an error. */
export function strangerFails(image: ImageRef, origin: string, status: number, rights: Rights): Refusal {
  return new Refusal({
    type: 'registry-leads-astray',
    doing: purposeOf(image, rights),
    reason: `The registry ${image.registry} redirects to ${origin}, which answered with ${status}. The login for ${image.registry} is not sent there.`,
    remedy: `Check where the registry keeps its blobs, and that ${origin} belongs to it: no login is needed for an address that a registry redirects to.`,
  });
}

/** Returns the refusal for an index that names more than is followed. */
export function indexTooLarge(image: ImageRef): Refusal {
  return new Refusal({
    type: 'registry-fails',
    doing: purposeOf(image, 'pull'),
    reason: `${image.registry} has an index of more images, or with more indexes in one another, than are followed.`,
    remedy: 'Look who can write to it, and release again.',
  });
}

/** Returns the refusal for content that is not what its digest says. */
export function otherContent(image: ImageRef, asked: Digest, origin: string): Refusal {
  return new Refusal({
    type: 'registry-content-differs',
    doing: purposeOf(image, 'pull'),
    reason: `${origin} sent other content than ${asked}, which it was asked for.`,
    remedy: 'Look who can write to it; release again, or restore what was there.',
  });
}

/** A request that got no answer. */
interface LostRequest {
  readonly registry: string;
  readonly cause: unknown;
  /** The error's code, or what there is instead. */
  readonly code: string;
  /** The proxy that it was asked through. */
  readonly proxy?: string | undefined;
}

/** Why a request got no answer. */
export const noAnswerRules: readonly ErrorRule<LostRequest>[] = [
  {
    when: ({ cause }) => cause instanceof ProxyTrouble,
    type: 'registry-unreachable',
    reason: ({ registry, code }) => `The registry ${registry} could not be reached (${code}).`,
    remedy: ({ code }) => proxyRemedy(code) ?? '',
  },
  {
    when: ({ cause }) => cause instanceof AnswerTooLong,
    type: 'registry-fails',
    reason: ({ registry, cause }) =>
      `The registry ${registry}, or where it leads to, did not answer like an image registry (${(cause as Error).message}).`,
    remedy: () => `Check its address (${registrySetting()}), and who can write to it.`,
  },
  {
    when: ({ cause }) => cause instanceof ForeignRedirect,
    type: 'registry-leads-astray',
    reason: ({ registry, cause }) =>
      `The token service of the registry ${registry} is not where it says: ${(cause as Error).message}. No login is sent there, and no token taken from there.`,
    remedy: () => "Correct its token service's address (the realm of its authentication).",
  },
  {
    when: ({ cause }) => cause instanceof AddressRefused && cause.kind !== 'unencrypted',
    type: 'registry-leads-astray',
    reason: ({ registry, cause }) =>
      `The registry ${registry} leads to ${(cause as Error).message}, ${insideOf(cause as AddressRefused)}, where it is not itself.`,
    remedy: () => "Correct its token service's address (the realm of its authentication), or where it redirects to.",
  },
  {
    when: ({ cause }) => cause instanceof AddressRefused,
    type: 'registry-without-tls',
    reason: ({ registry, cause }) =>
      `The registry ${registry} leads to an address without encryption (${(cause as Error).message}).`,
    remedy: () => "Correct its token service's address (the realm of its authentication), or where it redirects to.",
  },
  {
    when: ({ code }) => /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|EPROTO/.test(code),
    type: 'registry-without-tls',
    reason: ({ registry }) => `The registry ${registry} speaks plain http, it seems: it did not answer in https.`,
    remedy: ({ registry }) =>
      `Give it a certificate. Where the network may be trusted, configure docker, \`{ "insecure-registries": ["${registry}"] }\` in /etc/docker/daemon.json, or podman, \`insecure = true\` in registries.conf: it is spoken to in plain http then, without a login.`,
  },
  {
    when: ({ code }) => /^CERT_(HAS_EXPIRED|NOT_YET_VALID)/.test(code),
    type: 'registry-certificate',
    reason: ({ registry, code }) => `The certificate of the registry ${registry} is not valid today (${code}).`,
    remedy: () => "Renew it, or correct this machine's clock.",
  },
  {
    when: ({ code }) => code.startsWith('ERR_TLS_CERT_ALTNAME_INVALID'),
    type: 'registry-certificate',
    reason: ({ registry, code }) => `The certificate of the registry ${registry} is for another name (${code}).`,
    remedy: () => `Write its address as the certificate has it (${registrySetting()}).`,
  },
  {
    when: ({ code }) => /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(code),
    type: 'registry-certificate',
    reason: ({ registry, code }) =>
      `The certificate of the registry ${registry} is signed by an authority that this machine does not know (${code}).`,
    remedy: ({ registry, code }) =>
      `${isUntrusted(code) && proxyRemedy(code) ? `${proxyRemedy(code)} ` : ''}Put the authority's certificate where docker and podman look for it too: /etc/docker/certs.d/${registry}/ca.crt.`,
  },
  {
    when: ({ proxy }) => proxy !== undefined,
    type: 'registry-unreachable',
    reason: ({ registry, code }) => `The registry ${registry} could not be reached (${code}).`,
    remedy: ({ code }) => proxyRemedy(code) ?? '',
  },
  {
    when: () => true,
    type: 'registry-unreachable',
    reason: ({ registry, code }) => `The registry ${registry} could not be reached (${code}).`,
    remedy: () =>
      `Check its address (${registrySetting()}), that it runs, and the network; then run the same command again.`,
  },
];

/** Returns the refusal for a request that got no answer. @param askedAt the address that was asked. */
export function noAnswer(
  registry: string,
  doing: string,
  cause: unknown,
  askedAt = addressAskedAt(cause) ?? `https://${registry}`,
): Refusal {
  if (cause instanceof Refusal) return cause;
  const proxy = proxyOf(askedAt, { doing });
  const code = throughProxy(codeOf(cause), proxy);
  // The last rule matches all.
  return refusalBy(noAnswerRules, { registry, cause, code, proxy }, { doing, cause })!;
}

function insideOf({ kind }: AddressRefused): string {
  if (kind === 'loopback') return 'an address of this machine';
  return kind === 'link-local' ? "an address of this machine's link or cloud" : 'an address of a private network';
}

/** Returns the purpose of a request for an image, as a clause. */
export function purposeOf(image: ImageRef, rights: Rights): string {
  return rights === 'push' ? `copy the image to ${image}` : `look for ${image} in its registry`;
}

function codeOf(thrown: unknown): string {
  const { name, message, code } = thrown as { name?: string; message?: string; code?: string };
  if (name === 'AbortError' || name === 'TimeoutError') return `no answer in ${answerTimeoutMs / 1000} s`;
  return code ?? message ?? String(thrown);
}
