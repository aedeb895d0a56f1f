import { kubectl } from '../platform.ts';
import type { ScratchWorkspace } from '../scratch-workspace.ts';

/** The build that runs of a service in an environment; empty when none does. */
export async function runningBuild(workspace: ScratchWorkspace, service: string, environment: string): Promise<string> {
  const namespace = `--namespace=${workspace.namespace(environment)}`;
  const build = '--output=jsonpath={.metadata.annotations.poc\\.dev/build-number}';
  return kubectl(['get', 'deployment', service, namespace, '--ignore-not-found', build]);
}
