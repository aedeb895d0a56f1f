import { generatedHeader } from '../generated-file.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { checkAffectedStep, checkToolchainSteps, readyWithHistorySteps, syncCheckStep } from './job-steps.ts';
import { workflowJob } from './workflow-job.ts';
import { workflowName, workflowSettings } from './workflow-settings.ts';

/** Returns `ci.yml`: it checks what a pull request changes. */
export function ciWorkflow(facts: PipelineFacts): Yaml {
  const affected = workflowJob({
    id: 'affected',
    permissions: { contents: 'read' },
    setup: [...readyWithHistorySteps(facts), ...checkToolchainSteps(facts)],
    steps: [
      syncCheckStep(facts),
      checkAffectedStep(facts, '${{ github.event.pull_request.base.sha || github.event.merge_group.base_sha }}'),
    ],
  });
  return yaml`
    ${generatedHeader}
    #
    # Checks what a pull request changes, and nothing else: it reaches no cluster and no secret. What has come to the main branch
    # is checked by ${workflowName(facts, 'release')}.yml, from what is deployed on, before it is released.
    name: ${workflowName(facts, 'ci')}
    on:
      pull_request:
      merge_group:

    ${workflowSettings(facts)}

    # A push to the pull request makes the checks of the push before it worthless.
    concurrency:
      group: ${workflowName(facts, 'ci')}-\${{ github.ref }}
      cancel-in-progress: true

    jobs:
      ${affected}
  `;
}
