import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectl, platform, repositoryRoot } from './platform.ts';
import { runCommand, type CommandResult } from './run-command.ts';

/** A place in the cluster, and as whom it is entered. */
export interface Entrance {
  /** Name of the context in the kubeconfig. */
  readonly context: string;
  readonly token: string;
}

/** A token of a service account, as CI gets one. @param duration for which it is valid. */
export function tokenOf(account: string, namespace: string, duration = '1h'): Promise<string> {
  return kubectl(['create', 'token', account, '--namespace', namespace, `--duration=${duration}`]);
}

/** Manifest of the account in a namespace that is shipped for deployers. */
export function deployerManifest(namespace: string): string {
  const manifest = readFileSync(join(repositoryRoot, 'Infrastructure/kubernetes/deployer.yaml'), 'utf8');
  return manifest.replaceAll('${NAMESPACE}', namespace);
}

/**
 * Makes the account in a namespace that is shipped for deployers, and lets an action have a kubeconfig that enters the
 * platform as it.
 */
export async function withDeployerKubeconfig<T>(
  namespace: string,
  action: (kubeconfig: string) => Promise<T>,
): Promise<T> {
  await kubectl(['apply', '--filename=-'], deployerManifest(namespace));
  const { context } = await platform();
  const folder = mkdtempSync(join(tmpdir(), 'poc deployer '));
  try {
    const kubeconfig = join(folder, 'kubeconfig');
    // For as long as the longest run of `npm run soak` takes.
    await writeKubeconfig(kubeconfig, [{ context, token: await tokenOf('deployer', namespace, '12h') }]);
    return await action(kubeconfig);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes a kubeconfig that holds nothing but these entrances; the first one is the current one. */
export async function writeKubeconfig(path: string, entrances: readonly Entrance[]): Promise<void> {
  const { cluster } = await administrator();
  write(
    path,
    cluster,
    entrances.map(({ context, token }) => ({ context, user: { token } })),
  );
}

/** Writes a kubeconfig whose contexts all enter the platform as its administrator. */
export async function writeAdministratorKubeconfig(path: string, contexts: readonly string[]): Promise<void> {
  const { cluster, user } = await administrator();
  write(
    path,
    cluster,
    contexts.map((context) => ({ context, user })),
  );
}

/** Returns how the platform's own kubeconfig enters it. */
async function administrator(): Promise<{ cluster: unknown; user: unknown }> {
  const { clusters, users } = JSON.parse(
    await kubectl(['config', 'view', '--raw', '--flatten', '--minify', '--output=json']),
  ) as { clusters: readonly { cluster: unknown }[]; users: readonly { user: unknown }[] };
  return { cluster: clusters[0]?.cluster, user: users[0]?.user };
}

function write(path: string, cluster: unknown, entrances: readonly { context: string; user: unknown }[]): void {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': entrances[0]?.context,
    clusters: [{ name: 'cluster', cluster }],
    users: entrances.map(({ context, user }) => ({ name: context, user })),
    contexts: entrances.map(({ context }) => ({ name: context, context: { cluster: 'cluster', user: context } })),
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
}

/** Runs kubectl as whom the current context of a kubeconfig names. */
export async function kubectlAs(kubeconfig: string, args: readonly string[], input?: string): Promise<CommandResult> {
  const { binaries } = await platform();
  const options = input === undefined ? {} : { input };
  return runCommand(join(binaries, 'kubectl'), [`--kubeconfig=${kubeconfig}`, ...args], options);
}

/**
 * Returns the rights that `kubectl auth can-i --list` reports for a namespace: verbs by resource (and object, where
 * only some are permitted).
 */
export async function rightsIn(kubeconfig: string, namespace: string): Promise<Record<string, string>> {
  const { stdout } = await kubectlAs(kubeconfig, ['auth', 'can-i', '--list', '--no-headers', '--namespace', namespace]);
  const rights: Record<string, string> = {};
  for (const line of stdout.split('\n')) {
    const [, resource = '', names = '', verbs = ''] = /^(\S+)\s+\[\]\s+\[(.*?)\]\s+\[(.*)\]\s*$/.exec(line) ?? [];
    // What everybody may: ask who they are and what they may.
    if (resource === '' || resource.startsWith('selfsubject')) continue;
    rights[names === '' ? resource : `${resource}/${names}`] = verbs;
  }
  return rights;
}
