import { stat } from 'node:fs/promises';
import type { Environment } from '../../../../model/environment/environment.ts';
import { Refusal } from '../../../../model/errors/product-error.ts';
import { reachOfHost } from '../../../../model/image/address-reach.ts';
import { tellOnce } from '../tell-once.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { hasStaticLogin } from './identity.ts';
import { badKubeconfig, type KubeconfigEntry } from './kubeconfig-entries.ts';

/** Bits of a file's mode: others than its owner may change it, or read it. */
const [changeable, readable] = [0o022, 0o044];

/** A way to a cluster that is looked at before anything is sent. */
type Transport = Pick<ClusterAccess, 'context' | 'server' | 'tls' | 'proxy'>;

/**
 * Keeps credentials from going out in the clear: client-go reads none for a server without TLS, and so asks as nobody; here
 * that is said. A server on this machine may have them, unless a proxy is between.
 * @throws {Refusal}
 */
export function requireEncryption(
  { context, server, proxy }: Transport,
  user: KubeconfigEntry | undefined,
  doing: string,
): void {
  const { protocol, hostname, host } = new URL(server);
  if (protocol === 'https:' || (reachOfHost(hostname) === 'loopback' && proxy === undefined)) return;
  if (!user || !(hasStaticLogin(user) || ['exec', 'auth-provider'].some((field) => isSet(user.value[field])))) return;
  throw new Refusal({
    type: 'cluster-without-tls',
    doing,
    reason: `The context "${context}" reaches ${host} without encryption, and the credentials of "${user.name}" would be sent in the clear.`,
    remedy: 'Set "server" of its cluster in the kubeconfig to https://…, or take the credentials out of its user.',
  });
}

/**
 * Says that a server's certificate is not looked at (`insecure-skip-tls-verify`): whoever is between has the credentials.
 * @throws {Refusal} for a protected environment; and for a kubeconfig that names an authority as well, as kubectl does.
 */
export function requireVerification(
  { context, server, tls }: Transport,
  environment: Pick<Environment, 'name' | 'protected'>,
  doing: string,
): void {
  if (tls.rejectUnauthorized !== false || !server.startsWith('https:')) return;
  if (tls.ca)
    throw badKubeconfig(doing, `The cluster of the context "${context}" has insecure-skip-tls-verify and an authority`);
  if (environment.protected)
    throw new Refusal({
      type: 'cluster-not-verified',
      doing,
      reason: `${environment.name} is protected, and the kubeconfig has the certificate of ${server} accepted unseen (insecure-skip-tls-verify).`,
      remedy: `Give the cluster of the context "${context}" its certificate-authority-data, and take insecure-skip-tls-verify out.`,
    });
  tellOnce(
    `the certificate of ${server} (${environment.name}) is not verified: the kubeconfig says insecure-skip-tls-verify, so that a machine in between could read the credentials`,
  );
}

/** Warns of a kubeconfig or key that others may change or read, as helm does; on Windows, modes say nothing. */
export async function warnOfOpenFile(path: string, what: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode = 0 } = await stat(path).catch(() => ({ mode: undefined }));
  const others = mode & changeable ? 'change' : mode & readable ? 'read' : undefined;
  if (others !== undefined) tellOnce(`others may ${others} the ${what} ${path}: give it the mode 0600`);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
