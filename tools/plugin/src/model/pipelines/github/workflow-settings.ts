import { nxVariables } from '../nx-command.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';

/** Returns what all jobs of a workflow have: no right of their own, the variables of Nx, and the workspace's folder. */
export function workflowSettings({ folder }: PipelineFacts): Yaml {
  const below = yaml`

    defaults:
      run:
        working-directory: ${folder}
  `;
  return yaml`
    permissions: {}

    env:
      ${nxVariables}
    ${folder === '' ? [] : below}
  `;
}

/** Returns the name of a workflow or of an action of this repository, beside those of others. */
export function workflowName({ prefix }: PipelineFacts, name: string): string {
  return `${prefix}${name}`;
}

/** Returns the folder of an action of this repository. */
export function actionFolder(facts: PipelineFacts, name: string): string {
  return `.github/actions/${workflowName(facts, name)}`;
}
