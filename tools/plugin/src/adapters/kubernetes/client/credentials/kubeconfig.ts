import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { didYouMean } from '../../../../model/text/did-you-mean.ts';
import type { Environment } from '../../../../model/environment/environment.ts';
import { Refusal } from '../../../../model/errors/product-error.ts';
import { proxyOf } from '../../../proxy/proxy.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { pluginOf } from './credential-plugin.ts';
import { bytesOf, hasStaticLogin, impersonation, staticLogin } from './identity.ts';
import { inCluster, inClusterAccess, isInCluster, serviceAccountFolder } from './in-cluster.ts';
import { badKubeconfig, fieldsIn, findEntry, readEntries, textIn } from './kubeconfig-entries.ts';
import { requireEncryption, requireVerification, warnOfOpenFile } from './transport-rules.ts';
import type { EntryKind, KubeconfigEntry } from './kubeconfig-entries.ts';

/**
 * Finds an environment's context in its kubeconfig, or in the user's own (`KUBECONFIG`, `~/.kube/config`).
 * @param workspaceRoot what the environment's own kubeconfig is relative to.
 * @param serviceAccount folder of the service account of the pod that this may run in.
 * @throws {Refusal} naming the contexts that there are.
 */
export async function findAccess(
  environment: Environment,
  workspaceRoot: string,
  serviceAccount = serviceAccountFolder,
): Promise<ClusterAccess> {
  const { context: name, kubeconfig } = environment.cluster;
  const doing = `reach the cluster of ${environment.name}`;
  const files = kubeconfigFiles(environment, workspaceRoot);
  const entries = (await Promise.all(files.map((file) => readEntries(file, doing)))).flat();
  const context = findEntry(entries, 'context', name);
  if (context) return accessBy(context, entries, { environment, doing });
  if (kubeconfig === undefined && (await isInCluster(serviceAccount))) {
    if (name === inCluster) return inClusterAccess(serviceAccount, doing);
    if (entries.length === 0) throw notThisCluster(environment, doing);
  }
  if (entries.length === 0) throw noKubeconfig(environment, files, doing);
  throw noContext(environment, entries, files, doing);
}

/** Returns access by a context, its cluster and its user; the rest of the kubeconfig may be as it likes. */
async function accessBy(
  { name: context, value }: KubeconfigEntry,
  entries: readonly KubeconfigEntry<EntryKind>[],
  { environment, doing }: { readonly environment: Environment; readonly doing: string },
): Promise<ClusterAccess> {
  const cluster = findEntry(entries, 'cluster', textIn(value, 'cluster'));
  const user = findEntry(entries, 'user', textIn(value, 'user'));
  const server = textIn(cluster?.value, 'server').replace(/\/+$/, '');
  if (!cluster || !/^https?:\/\//.test(server) || !URL.canParse(server))
    throw badKubeconfig(doing, `The context "${context}" names a cluster without an address`);
  if (!user && textIn(value, 'user') !== '')
    throw badKubeconfig(doing, `The context "${context}" names a user that is not there ("${textIn(value, 'user')}")`);
  const [ca, cert, key] = await Promise.all([
    bytesOf(cluster, 'certificate-authority', doing),
    bytesOf(user, 'client-certificate', doing),
    bytesOf(user, 'client-key', doing),
  ]);
  const servername = textIn(cluster.value, 'tls-server-name');
  const proxy = proxyOf(server, { named: textIn(cluster.value, 'proxy-url'), doing });
  const clusterFacts = { ...cluster.value, ...(ca ? { 'certificate-authority-data': ca.toString('base64') } : {}) };
  const transport = {
    context,
    server,
    tls: {
      ...(ca ? { ca } : {}),
      ...(cert ? { cert } : {}),
      ...(key ? { key } : {}),
      ...(servername === '' ? {} : { servername }),
      ...(cluster.value['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
    },
    ...(proxy === undefined ? {} : { proxy }),
  };
  requireEncryption(transport, user, doing);
  requireVerification(transport, environment, doing);
  await Promise.all([cluster, user].map((entry) => entry && warnOfOpenFile(entry.file, 'kubeconfig')));
  return { ...transport, ...(await loginOf(user, clusterFacts, doing)) };
}

/** Returns how a user logs in: by a token, a password, a plugin, or what the client library knows. */
async function loginOf(
  user: KubeconfigEntry | undefined,
  cluster: KubeconfigEntry['value'],
  doing: string,
): Promise<Pick<ClusterAccess, 'headers' | 'certificate' | 'renew'>> {
  const asOther = impersonation(user, doing);
  if (user && !hasStaticLogin(user)) {
    if (user.value['exec'] !== undefined && user.value['exec'] !== null) {
      const plugin = pluginOf(user, cluster, doing);
      return {
        headers: async () => {
          const { token } = await plugin.get();
          return { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...asOther };
        },
        certificate: async () => (await plugin.get()).certificate,
        renew: ({ authorization }) => plugin.forget(authorization?.toString().replace(/^Bearer /, '')),
      };
    }
    if (user.value['auth-provider'] !== undefined && user.value['auth-provider'] !== null) {
      if (textIn(fieldsIn(user.value, 'auth-provider'), 'name') === '')
        throw badKubeconfig(doing, `"auth-provider" of "${user.name}" has no name`);
      const { libraryLogin } = await import('./client-access.ts');
      const login = await libraryLogin(user, doing);
      return { headers: async () => ({ ...(await login()), ...asOther }) };
    }
  }
  return { headers: async () => ({ ...(await staticLogin(user, doing)), ...asOther }) };
}

/** Returns the files in which an environment's context is looked for. */
function kubeconfigFiles({ cluster: { kubeconfig } }: Environment, workspaceRoot: string): string[] {
  return kubeconfig === undefined ? ownFiles() : [resolve(workspaceRoot, kubeconfig)];
}

/** Returns the files of the kubeconfig of who runs this. */
export function ownFiles(): string[] {
  const listed = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  return listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')];
}

function noKubeconfig(environment: Environment, files: readonly string[], doing: string): Refusal {
  return new Refusal({
    type: 'no-kubeconfig',
    doing,
    reason: `The kubeconfig is missing or empty: ${files.join(', ')}.`,
    remedy: `Get one with the context "${environment.cluster.context}" from the operator of the cluster, or start the local platform with \`nx run local-platform:up\`.`,
  });
}

function notThisCluster({ name, cluster: { context } }: Environment, doing: string): Refusal {
  return new Refusal({
    type: 'no-kubeconfig',
    doing,
    reason: `There is no kubeconfig, and the cluster in which this runs need not be "${context}".`,
    remedy: `Mount a kubeconfig with that context, or set "cluster.context" in Infrastructure/environments/${name}.yaml to ${inCluster}: the cluster and service account of this pod.`,
  });
}

function noContext(
  environment: Environment,
  entries: readonly KubeconfigEntry[],
  files: readonly string[],
  doing: string,
): Refusal {
  const { context } = environment.cluster;
  const names = entries.filter(({ kind }) => kind === 'context').map(({ name }) => name);
  return new Refusal({
    type: 'no-such-context',
    doing,
    reason: `${files.join(', ')} has no context "${context}"; it has ${names.join(', ') || 'none'}.`,
    remedy:
      `${didYouMean(context, names)} Set "cluster.context" in Infrastructure/environments/${environment.name}.yaml, or add the context to the kubeconfig.`.trim(),
  });
}
