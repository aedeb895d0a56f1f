import type { KubeConfig, User } from '@kubernetes/client-node';
import type { RequestOptions } from 'node:https';
import { Refusal } from '../../../../model/errors/product-error.ts';
import type { ClusterAccess } from './cluster-access.ts';
import type { KubeconfigEntry } from './kubeconfig-entries.ts';

type Headers = Readonly<Record<string, string | string[]>>;

/**
 * Returns a login by way of the Kubernetes client library, which knows the old `auth-provider` of OpenID Connect. It takes
 * 0.3 s to load, so it is loaded only for those.
 */
export async function libraryLogin(user: KubeconfigEntry, doing: string): Promise<() => Promise<Headers>> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [],
    users: [{ name: user.name, authProvider: user.value['auth-provider'] }],
    contexts: [{ name: 'c', cluster: '', user: user.name }],
    currentContext: 'c',
  });
  return async () => {
    const options: RequestOptions = {};
    try {
      await config.applyToHTTPSOptions(options);
    } catch (cause) {
      throw new Refusal({
        type: 'cluster-login',
        doing,
        reason: `The "auth-provider" of the user "${user.name}" in the kubeconfig gave no login (${(cause as Error)?.message ?? String(cause)}).`,
        remedy: 'Log in again, or have a kubeconfig with a credential plugin ("exec"), which kubectl asks for, too.',
        cause,
      });
    }
    const named = Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
    return Object.fromEntries(named) as Headers;
  };
}

/** Returns an access as the Kubernetes client library has it: one context, cluster and user. */
export async function kubeConfigOf({ context, server, tls, proxy, ...login }: ClusterAccess): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  const data = (bytes: Buffer) => bytes.toString('base64');
  config.loadFromOptions({
    clusters: [
      {
        name: context,
        server,
        // The library refuses http: without that.
        skipTLSVerify: tls.rejectUnauthorized === false || server.startsWith('http:'),
        ...(tls.ca ? { caData: data(tls.ca) } : {}),
        ...(tls.servername === undefined ? {} : { tlsServerName: tls.servername }),
        ...(proxy === undefined ? {} : { proxyUrl: proxy }),
      },
    ],
    users: [
      {
        name: context,
        ...(tls.cert ? { certData: data(tls.cert) } : {}),
        ...(tls.key ? { keyData: data(tls.key) } : {}),
      },
    ],
    contexts: [{ name: context, cluster: context, user: context }],
    currentContext: context,
  });
  config.addAuthenticator({
    isAuthProvider: () => true,
    applyAuthentication: async (_: User, options: RequestOptions) => {
      options.headers = { ...options.headers, ...(await login.headers()) };
      Object.assign(options, await login.certificate?.());
    },
  });
  return config;
}
