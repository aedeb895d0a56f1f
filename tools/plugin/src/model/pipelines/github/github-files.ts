import type { PipelineFacts } from '../pipeline-facts.ts';
import { ciWorkflow } from './ci-workflow.ts';
import { promoteWorkflow } from './promote-workflow.ts';
import { provisionWorkflow } from './provision-workflow.ts';
import { releaseWorkflow } from './release-workflow.ts';
import { rollbackWorkflow } from './rollback-workflow.ts';
import { toolchainsAction, toolchainsFolder } from './toolchains-action.ts';
import { workspaceAction } from './workspace-action.ts';

/** Returns the files of GitHub Actions, by path in the workspace. Without environments or services, some have nothing to choose from. */
export function githubFiles(facts: PipelineFacts): ReadonlyMap<string, string> {
  const files = new Map([
    ['.github/actions/workspace/action.yml', workspaceAction(facts)],
    ['.github/workflows/ci.yml', ciWorkflow(facts)],
    ['.github/workflows/release.yml', releaseWorkflow(facts)],
    ['.github/workflows/provision.yml', provisionWorkflow(facts)],
  ]);
  if (facts.toolchains.length > 0) files.set(`${toolchainsFolder}/action.yml`, toolchainsAction(facts.toolchains));
  if (facts.environments.length > 1) files.set('.github/workflows/promote.yml', promoteWorkflow(facts));
  if (facts.services.length > 0) files.set('.github/workflows/rollback.yml', rollbackWorkflow(facts));
  return new Map([...files].map(([path, file]) => [path, file.toString()]));
}
