import { readFileSync } from 'node:fs';
import type { Gitea } from '../../gitea/src/gitea.ts';
import { platform } from '../../scratch-workspace/src/platform.ts';
import { GitHubRepository, type WorkflowRun } from '../../simulators/src/github/github-runner.ts';
import type { ForeignWorkspace } from './foreign-workspace.ts';
import { nodeFolder } from './node-version.ts';

/** What the workflows of a workspace are run with. */
interface Runner {
  readonly gitea: Gitea;
  /** Address of the registry of packages. */
  readonly registry: string;
}

/**
 * Generates the workflows of GitHub, pushes them, and runs the one that releases, by act: each job on a checkout of its own, into
 * which the package manager that the workflow installs installs the packages.
 */
export async function releaseByWorkflow(
  workspace: ForeignWorkspace,
  { gitea, registry }: Runner,
): Promise<WorkflowRun> {
  await workspace.git('remote', 'set-url', 'origin', await gitea.createRepository(workspace.id));
  await workspace.succeed('nx', 'g', '@poc/plugin:pipelines', '--ci=github', '--no-interactive');
  await workspace.commit('ci: workflows');
  await gitea.noticesPush(workspace.id);
  const kubeconfig = readFileSync((await platform()).kubeconfig, 'utf8');
  const repository = new GitHubRepository({
    ...{ server: `http://${gitea.host}`, api: gitea.api, repository: `acme/${workspace.id}`, token: gitea.token },
    secrets: { KUBECONFIG_DEV: kubeconfig, PLANNER_KUBECONFIG_DEV: kubeconfig },
    ...{ packages: undefined, node: await nodeFolder('24'), variables: registryVariables(registry) },
  });
  try {
    const before = await workspace.git('rev-parse', 'HEAD~1');
    return await repository.run('release.yml', { push: { before: before.trim() } });
  } finally {
    repository.remove();
  }
}

/** How the machines of a company name its registry, so that no repository has to. */
function registryVariables(registry: string): Record<string, string> {
  return {
    npm_config_registry: registry,
    npm_config_update_notifier: 'false',
    BUN_CONFIG_REGISTRY: registry,
  };
}
