import { Refusal, type ErrorFacts } from '../../model/errors/product-error.ts';
import type { ImageRef } from '../../model/release/image-ref.ts';
import { answerTimeout, UnencryptedAddress } from './http-requests.ts';

/** How we were let in, or tried to be. */
export type LoginKind = 'nobody' | 'password' | 'identity-token';

/** Why a registry does not let us do something. */
export type Denial =
  /** It wants a login, and this machine has none. */
  | 'no login'
  /** It does not take the login that this machine has. */
  | 'login refused'
  /** It takes the login, which has no right to this. */
  | 'no right';

/** A registry that does not let us in. */
export function deniedAccess(image: ImageRef, denial: Denial, login: LoginKind, status: number): Refusal {
  const { registry, repository } = image;
  const facts = { doing: lookFor(image) };
  const logIn = `"docker login ${registry}" (or "podman login ${registry}")`;
  if (denial === 'no login')
    return new Refusal({
      ...facts,
      type: 'registry-login-missing',
      reason: `The registry ${registry} wants a login to read ${repository} (${status}), and there is none for it on this machine.`,
      remedy: `Log in with ${logIn}, as somebody who may pull and push ${repository}.`,
    });
  if (denial === 'login refused')
    return new Refusal({
      ...facts,
      type: 'registry-login-refused',
      reason:
        login === 'identity-token'
          ? `The registry ${registry} does not take the login token on this machine (${status}): it has run out, or was withdrawn.`
          : `The registry ${registry} does not take the user name and password on this machine (${status}).`,
      remedy: `Log in anew with ${logIn}.`,
    });
  return new Refusal({
    ...facts,
    type: 'registry-denies-access',
    reason: `The registry ${registry} does not let us read ${repository} (${status}); the login itself is good.`,
    remedy: `Give it the right to pull and push ${repository}, or log in with ${logIn} as somebody who has it.`,
  });
}

/** A registry that answers with an error. */
export function registryFails(image: ImageRef, status: number): Refusal {
  const { registry } = image;
  if (status === 429)
    return new Refusal({
      type: 'registry-limits-requests',
      doing: lookFor(image),
      reason: `The registry ${registry} answers that there are too many requests (429).`,
      remedy: `Wait and run the same command again; logged in ("docker login ${registry}") more are allowed.`,
    });
  return new Refusal({
    type: 'registry-fails',
    doing: lookFor(image),
    reason: `The registry ${registry} answers with an error (${status}).`,
    remedy: "Look at the registry's own log, then run the same command again.",
  });
}

/** What answers is something else. */
export function noRegistry(image: ImageRef, cause: unknown): Refusal {
  return new Refusal({
    type: 'registry-fails',
    doing: lookFor(image),
    reason: `What answers at ${image.registry} is no image registry: it sent no JSON.`,
    remedy: 'Check its address in the environment file.',
    cause,
  });
}

/** A request that got no answer. */
export function noAnswer(registry: string, doing: string, cause: unknown): Refusal {
  const facts = { doing, cause };
  if (cause instanceof UnencryptedAddress)
    return new Refusal({
      ...facts,
      type: 'registry-without-tls',
      reason: `The registry ${registry} sends us to an address without encryption (${cause.message}).`,
      remedy: "Mend its token service's address (the realm of its authentication), or where it redirects to.",
    });
  const code = codeOf(cause);
  if (/CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(code))
    return new Refusal({ ...facts, ...badCertificate(registry, code) });
  return new Refusal({
    ...facts,
    type: 'registry-unreachable',
    reason: `The registry ${registry} could not be reached (${code}).`,
    remedy:
      'Check its address in the environment file, that it runs, and the network; then run the same command again.',
  });
}

function badCertificate(registry: string, code: string): Pick<ErrorFacts, 'type' | 'reason' | 'remedy'> {
  const type = 'registry-certificate';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return {
      type,
      reason: `The certificate of the registry ${registry} is not valid today (${code}).`,
      remedy: "Renew it, or set this machine's clock right.",
    };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return {
      type,
      reason: `The certificate of the registry ${registry} is for another name (${code}).`,
      remedy: 'Write its address in the environment file as the certificate has it.',
    };
  return {
    type,
    reason: `The certificate of the registry ${registry} is signed by an authority that this machine does not know (${code}).`,
    remedy: `Put the authority's certificate where docker and podman look for it too: /etc/docker/certs.d/${registry}/ca.crt.`,
  };
}

export function lookFor(image: ImageRef): string {
  return `look for ${image} in its registry`;
}

function codeOf(thrown: unknown): string {
  const { name, message, code } = thrown as { name?: string; message?: string; code?: string };
  if (name === 'AbortError' || name === 'TimeoutError') return `no answer in ${answerTimeout / 1000} s`;
  return code ?? message ?? String(thrown);
}
