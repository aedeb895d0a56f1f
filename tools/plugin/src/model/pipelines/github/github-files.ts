import type { PipelineFacts } from '../pipeline-facts.ts';
import { inRepository } from '../repository-paths.ts';
import type { Yaml } from '../yaml-template.ts';
import { ciWorkflow } from './ci-workflow.ts';
import { promoteWorkflow } from './promote-workflow.ts';
import { provisionWorkflow } from './provision-workflow.ts';
import { releaseWorkflow } from './release-workflow.ts';
import { rollbackWorkflow } from './rollback-workflow.ts';
import { toolchainsAction } from './toolchains-action.ts';
import { actionFolder, workflowName } from './workflow-settings.ts';
import { workspaceAction } from './workspace-action.ts';

/** Returns the files of GitHub Actions, by path in the repository. Without environments or services, some have nothing to choose from. */
export function githubFiles(ofWorkspace: PipelineFacts): ReadonlyMap<string, string> {
  const facts = inRepository(ofWorkspace);
  const actionPath = (name: string) => `${actionFolder(facts, name)}/action.yml`;
  const workflowPath = (name: string) => `.github/workflows/${workflowName(facts, name)}.yml`;
  const files = new Map<string, Yaml>([
    [actionPath('workspace'), workspaceAction(facts)],
    [workflowPath('ci'), ciWorkflow(facts)],
    [workflowPath('release'), releaseWorkflow(facts)],
    [workflowPath('provision'), provisionWorkflow(facts)],
  ]);
  if (facts.toolchains.length > 0) files.set(actionPath('toolchains'), toolchainsAction(facts.toolchains));
  if (facts.environments.length > 1) files.set(workflowPath('promote'), promoteWorkflow(facts));
  if (facts.services.length > 0) files.set(workflowPath('rollback'), rollbackWorkflow(facts));
  return new Map([...files].map(([path, file]) => [path, file.toString()]));
}
