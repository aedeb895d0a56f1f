import { generatedHeader } from '../generated-file.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { checkAffectedStep, checkToolchainSteps, readyWithHistorySteps, syncCheckStep } from './job-steps.ts';
import { workflowJob } from './workflow-job.ts';

/** Returns `ci.yml`: it checks what a pull request changes. */
export function ciWorkflow(facts: PipelineFacts): Yaml {
  const affected = workflowJob({
    id: 'affected',
    permissions: { contents: 'read' },
    setup: [...readyWithHistorySteps, ...checkToolchainSteps(facts)],
    steps: [
      syncCheckStep,
      checkAffectedStep('${{ github.event.pull_request.base.sha || github.event.merge_group.base_sha }}'),
    ],
  });
  return yaml`
    ${generatedHeader()}
    #
    # Checks what a pull request changes, and nothing else: it reaches no cluster and no secret. What has come to the main branch
    # is checked by release.yml, from what is deployed on, before it is released.
    name: ci
    on:
      pull_request:
      merge_group:

    permissions: {}

    # A push to the pull request makes the checks of the push before it worthless.
    concurrency:
      group: ci-\${{ github.ref }}
      cancel-in-progress: true

    jobs:
      ${affected}
  `;
}
