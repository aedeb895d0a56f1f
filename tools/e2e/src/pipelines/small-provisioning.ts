import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import type { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

const folder = 'Infrastructure/kubernetes';

/**
 * Gives a workspace a configuration of clusters that touches nothing but its own namespaces: the repository's own one is
 * shared with others on this cluster. @param pods how many an environment may have.
 */
export function writeSmallProvisioning(workspace: ScratchWorkspace, pods: number): void {
  rmSync(join(workspace.folder, folder), { recursive: true, force: true });
  workspace.write(`${folder}/namespace.yaml`, 'apiVersion: v1\nkind: Namespace\nmetadata: { name: "${NAMESPACE}" }\n');
  const quota = `apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: usual }\nspec: { hard: { pods: '${pods}' } }\n`;
  workspace.write(`${folder}/quota.yaml`, quota);
}

/** Returns the provisioned version of an environment and its limit of pods, both empty when it is not provisioned. */
export async function provisioned(workspace: ScratchWorkspace, environment: string): Promise<[string, string]> {
  const namespace = workspace.namespace(environment);
  const version = '--output=jsonpath={.metadata.annotations.poc\\.dev/provisioning}';
  const pods = ['resourcequota', 'usual', `--namespace=${namespace}`, '--ignore-not-found'];
  return [
    await kubectl(['get', 'namespace', namespace, version]),
    await kubectl(['get', ...pods, '--output=jsonpath={.spec.hard.pods}']),
  ];
}
