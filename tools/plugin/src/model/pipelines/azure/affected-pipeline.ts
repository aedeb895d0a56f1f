import { automaticEnvironments } from '../../environment/environment.ts';
import { generatedHeader } from '../generated-file.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { clusterSteps, commandStep, deployVariables, jobSteps, pool } from './job-steps.ts';
import { packageVariables } from './toolchain-steps.ts';

/** How many agents release at once. */
const agents = 4;

/** Returns the pipeline that every push to the main branch starts: checks, and a release of all that is outdated. */
export function affectedPipeline(facts: PipelineFacts): Yaml {
  return yaml`
    ${generatedHeader}

    # Checks what a push to ${facts.branch} affects, and releases whatever is not deployed as it is there. What is outdated is read from the
    # deployments that are recorded, not by the last run: what a failed or cancelled run left undone, the next one does.
    name: $(Date:yyyyMMdd)$(Rev:-r)

    trigger:
      # One run at a time; later pushes are released together by the next.
      batch: true
      branches:
        include:
          - ${facts.branch}
    pr: none

    variables:
      ${packageVariables(facts, 'check')}

    ${pool}

    jobs:
      - job: affected
        displayName: Check
        steps:
          ${checkSteps(facts)}

      - job: release
        displayName: Release
        dependsOn: affected
        condition: and(succeeded(), eq(dependencies.affected.outputs['outdated.any'], 'true'))
        strategy:
          matrix: $[ dependencies.affected.outputs['outdated.services'] ]
          maxParallel: ${agents}
        steps:
          ${releaseSteps(facts)}
  `;
}

function checkSteps(facts: PipelineFacts): Yaml {
  const findOutdated = clusterSteps(automaticEnvironments(facts.environments), {
    id: 'outdated',
    displayName: 'Find what is outdated',
    command: `npx nx run infrastructure:outdated --matrix --jobs=${agents}`,
  });
  const checkAffected = commandStep({
    displayName: 'Lint, test and build what is affected',
    command: 'npx nx affected -t lint test build',
    env: { NX_BASE: '$(outdated.base)' },
  });
  return jobSteps(facts, [findOutdated, checkAffected], { job: 'affected', purpose: 'check' });
}

function releaseSteps(facts: PipelineFacts): Yaml {
  const automatic = automaticEnvironments(facts.environments);
  const release = clusterSteps(automatic, {
    displayName: 'Release',
    command: 'npx nx run-many -t release -p $(projects)',
    env: deployVariables(automatic),
  });
  return jobSteps(facts, [release], { job: 'release', purpose: 'release' });
}
