import { knownSecrets } from '../../../../model/secrets/known-secrets.ts';

/** How to reach a cluster's API server, and as whom. */
export interface ClusterAccess {
  readonly context: string;
  /** `https://10.0.0.1:6443`. */
  readonly server: string;
  readonly tls: {
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
  /** The proxy of the kubeconfig or of the environment, where the cluster is behind one. */
  readonly proxy?: string;
  /** Headers that say who asks; asked for before each request, because tokens end. @throws {Refusal} */
  headers(): Promise<Readonly<Record<string, string | string[]>>>;
  /** The certificate that a credential plugin gave. @throws {Refusal} */
  certificate?(): Promise<ClientCertificate | undefined>;
  /** Forgets credentials that the server did not accept. @returns whether there may be better ones. */
  renew?(headers: Readonly<Record<string, string | string[]>>): boolean;
}

/** A certificate and its key, in PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/** The sender of a request. */
export interface Identity {
  readonly headers: Awaited<ReturnType<ClusterAccess['headers']>>;
  readonly certificate?: ClientCertificate | undefined;
}

/** Returns the sender of a request, unless the caller stops waiting for it. @throws {Refusal} */
export async function identify(access: ClusterAccess, signal: AbortSignal | undefined): Promise<Identity> {
  signal?.throwIfAborted();
  const identified = access.headers().then(async (headers) => {
    knownSecrets.add(headers['authorization']?.toString().replace(/^\w+ /, ''));
    return { headers, certificate: await access.certificate?.() };
  });
  if (!signal) return identified;
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => (stop = () => reject(signal.reason as Error)));
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([identified, stopped]).finally(() => signal.removeEventListener('abort', stop));
}
