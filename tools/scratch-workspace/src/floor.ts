import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { kubectl, platform, repositoryRoot } from './platform.ts';
import type { ScratchWorkspace } from './scratch-workspace.ts';

/** Policies that are shipped for the namespace of an environment, by the end of their name and by their file's. */
const floorPolicies = ['pods', 'records', 'log', 'locks'] as const;

/** Manifests of the policies that are shipped for an environment, for a namespace. @param registry whose images it takes. */
export function floorManifests(namespace: string, registry: string): string[] {
  return floorPolicies.map((name) =>
    readFileSync(join(repositoryRoot, `Infrastructure/kubernetes/${name}.yaml`), 'utf8')
      .replaceAll('${NAMESPACE}', namespace)
      .replaceAll('${REGISTRY}', registry),
  );
}

/** Manifest of the right to list nodes that is shipped for the accounts of an environment. */
export function nodesManifest(namespace: string): string {
  const manifest = readFileSync(join(repositoryRoot, 'Infrastructure/kubernetes/nodes.yaml'), 'utf8');
  return manifest.replaceAll('${NAMESPACE}', namespace);
}

/** Takes that right away from the accounts of namespaces. */
export async function removeNodesRights(namespaces: readonly string[]): Promise<void> {
  const names = namespaces.map((namespace) => `${namespace}-nodes`);
  for (const kind of ['clusterrolebinding', 'clusterrole'])
    await kubectl(['delete', kind, '--ignore-not-found', '--wait=false', ...names]);
}

/** Takes the policies of namespaces away, which are outside of them. */
export async function removePolicies(
  namespaces: readonly string[],
  names: readonly string[] = floorPolicies,
): Promise<void> {
  const policies = namespaces.flatMap((namespace) => names.map((name) => `${namespace}-${name}`));
  for (const kind of ['validatingadmissionpolicybinding', 'validatingadmissionpolicy'])
    await kubectl(['delete', kind, '--ignore-not-found', '--wait=false', ...policies]);
}

/** An image of the platform's registry, by its digest, as pods of an environment take one. @param name `library/node:24`. */
export async function pinnedImage(name: string): Promise<string> {
  const { registry } = await platform();
  const [, repository = '', tag = ''] = /^(.+):([^:]+)$/.exec(name) ?? [];
  const accept = [
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.v2+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
  ].join(', ');
  const url = `http://${registry}/v2/${repository}/manifests/${tag}`;
  const answer = await fetch(url, { method: 'HEAD', headers: { accept } });
  const digest = answer.headers.get('docker-content-digest');
  if (digest === null) throw new Error(`${url} has no digest (${answer.status}).`);
  return `${registry}/${name}@${digest}`;
}

/** Lets pods of a workspace's environments run the platform's own images as well: tests make pods of these. */
export function takeLibraryImages(workspace: ScratchWorkspace): void {
  workspace.edit(
    'Infrastructure/kubernetes/pods.yaml',
    "['${REGISTRY}/']",
    "['${REGISTRY}/', '127.0.0.1:5000/library/']",
  );
}

/** Has a namespace take the images of a registry and of no other, and waits until the API server does. */
export async function takeImagesOf(namespace: string, registry: string): Promise<void> {
  const [pods = ''] = floorManifests(namespace, registry);
  await kubectl(['apply', '--server-side', '--force-conflicts', '--filename=-'], pods);
  const image = `${registry}/any@sha256:${'0'.repeat(64)}`;
  const asked = ['create', `--namespace=${namespace}`, '--dry-run=server', 'job', 'asked', `--image=${image}`];
  while (
    !(await kubectl(asked).then(
      () => true,
      () => false,
    ))
  )
    await pause(200);
}
