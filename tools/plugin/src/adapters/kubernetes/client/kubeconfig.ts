import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { didYouMean } from '../../../model/text/did-you-mean.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { ClusterAccess } from './cluster-access.ts';

interface Named<Kind extends string, Value> {
  name: string;
  value: Value;
  kind: Kind;
  /** Folder of the file it is in: paths in it are relative to that. */
  folder: string;
}
type Fields = Readonly<Record<string, unknown>>;

/**
 * Finds an environment's context in its kubeconfig, or in the user's own (`KUBECONFIG`, `~/.kube/config`).
 * @param workspaceRoot what the environment's own kubeconfig is relative to.
 * @throws {Refusal} naming the contexts that there are.
 */
export async function findAccess(environment: Environment, workspaceRoot: string): Promise<ClusterAccess> {
  const { context: name } = environment.cluster;
  const doing = `reach the cluster of ${environment.name}`;
  const files = kubeconfigFiles(environment, workspaceRoot);
  const entries = (await Promise.all(files.map((file) => readEntries(file, doing)))).flat();
  if (entries.length === 0) throw noKubeconfig(environment, files, doing);
  const context = find(entries, 'context', name);
  if (!context) throw noContext(environment, entries, files, doing);
  const cluster = find(entries, 'cluster', text(context.value['cluster']));
  const user = find(entries, 'user', text(context.value['user']));
  const server = text(cluster?.value['server']);
  if (!cluster || !/^https?:\/\//.test(server)) {
    throw new Refusal({
      type: 'bad-kubeconfig',
      doing,
      reason: `The context "${name}" in ${files.join(', ')} names a cluster without an address.`,
      remedy: 'Get a new kubeconfig from the operator of the cluster.',
    });
  }
  const needsClient = user?.value['exec'] ?? user?.value['auth-provider'] ?? cluster.value['proxy-url'];
  if (needsClient !== undefined) return (await import('./client-access.ts')).clientAccess(files, name, server);
  return plainAccess(name, server, cluster, user);
}

/** Returns the files in which an environment's context is looked for. */
export function kubeconfigFiles({ cluster: { kubeconfig } }: Environment, workspaceRoot: string): string[] {
  return kubeconfig === undefined ? ownFiles() : [resolve(workspaceRoot, kubeconfig)];
}

function ownFiles(): string[] {
  const listed = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  return listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')];
}

async function readEntries(file: string, doing: string): Promise<Named<'context' | 'cluster' | 'user', Fields>[]> {
  const content = await readFile(file, 'utf8').catch(() => '');
  let config: unknown;
  try {
    config = parse(content, { logLevel: 'error' });
  } catch (cause) {
    throw new Refusal({
      type: 'bad-kubeconfig',
      doing,
      reason: `The kubeconfig ${file} is not YAML.`,
      remedy: 'Fix it, or get a new one from the operator of the cluster.',
      cause,
    });
  }
  const lists = (config ?? {}) as Record<string, unknown>;
  return (['context', 'cluster', 'user'] as const).flatMap((kind) => {
    const list = lists[`${kind}s`];
    const items = Array.isArray(list) ? (list as Fields[]) : [];
    return items.map((item) => ({
      kind,
      name: text(item?.['name']),
      value: (item?.[kind] ?? {}) as Fields,
      folder: dirname(resolve(file)),
    }));
  });
}

function find<Kind extends string>(entries: readonly Named<Kind, Fields>[], kind: Kind, name: string) {
  return entries.find((entry) => entry.kind === kind && entry.name === name);
}

/** Certificates and tokens that are simply there; no client library is needed for them. */
async function plainAccess(
  context: string,
  server: string,
  cluster: Named<string, Fields>,
  user: Named<string, Fields> | undefined,
): Promise<ClusterAccess> {
  const [ca, cert, key] = await Promise.all([
    bytes(cluster, 'certificate-authority'),
    bytes(user, 'client-certificate'),
    bytes(user, 'client-key'),
  ]);
  const servername = text(cluster.value['tls-server-name']);
  return {
    context,
    server: server.replace(/\/+$/, ''),
    tls: {
      ...(ca ? { ca } : {}),
      ...(cert ? { cert } : {}),
      ...(key ? { key } : {}),
      ...(servername === '' ? {} : { servername }),
      ...(cluster.value['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
    },
    headers: async () => headersOf(user),
  };
}

async function headersOf(user: Named<string, Fields> | undefined): Promise<Record<string, string>> {
  const { value = {}, folder = '.' } = user ?? {};
  const [name, password, as] = [text(value['username']), text(value['password']), text(value['as'])];
  let token = text(value['token']);
  // A mounted token is replaced every hour; it is small.
  if (text(value['tokenFile']) !== '') token = (await readFile(under(folder, text(value['tokenFile'])), 'utf8')).trim();
  const basic = name === '' ? undefined : `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
  const authorization = token === '' ? basic : `Bearer ${token}`;
  return {
    ...(authorization === undefined ? {} : { authorization }),
    ...(as === '' ? {} : { 'impersonate-user': as }),
  };
}

/** Returns what `<field>-data` holds in base64, or the file that `<field>` names. */
async function bytes(entry: Named<string, Fields> | undefined, field: string): Promise<Buffer | undefined> {
  const data = text(entry?.value[`${field}-data`]);
  if (data !== '') return Buffer.from(data, 'base64');
  const file = text(entry?.value[field]);
  return file === '' ? undefined : readFile(under(entry!.folder, file));
}

function under(folder: string, file: string): string {
  return isAbsolute(file) ? file : join(folder, file);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function noKubeconfig(environment: Environment, files: readonly string[], doing: string): Refusal {
  return new Refusal({
    type: 'no-kubeconfig',
    doing,
    reason: `The kubeconfig is missing or empty: ${files.join(', ')}.`,
    remedy: `Get one with the context "${environment.cluster.context}" from the operator of the cluster, or start the local platform with \`nx run local-platform:up\`.`,
  });
}

function noContext(
  environment: Environment,
  entries: readonly Named<string, Fields>[],
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
