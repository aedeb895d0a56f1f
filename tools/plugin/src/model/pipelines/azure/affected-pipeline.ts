import { automaticEnvironments } from '../../environment/environment.ts';
import { generatedHeader } from '../generated-file.ts';
import { checkTargets, deployCommand } from '../nx-command.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { buildJob, poolOf } from './build-jobs.ts';
import { clusterSteps, commandStep, deployVariables, jobSteps, pool } from './job-steps.ts';
import { packageVariables } from './toolchain-steps.ts';

/** How many agents release at once. */
const agents = 4;

/** Returns the pipeline that every push to the main branch starts: checks, and a release of all that is outdated. */
export function affectedPipeline(facts: PipelineFacts): Yaml {
  return yaml`
    ${generatedHeader()}

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
      - job: outdated
        displayName: Find what is outdated
        steps:
          ${outdatedSteps(facts)}

      - job: affected
        displayName: Check
        dependsOn: outdated
        ${poolOf('affected')}
        variables:
          base: $[ dependencies.outdated.outputs['outdated.base'] ]
        steps:
          ${checkSteps(facts)}

      ${buildJob(facts, built, { dependsOn: ['outdated', 'affected'], condition: `and(succeeded(), ${isAny})`, strategy })}

      - job: release
        displayName: Release
        dependsOn:
          - outdated
          - affected
          - build
        # A service that could not be built is no reason to leave out others; it is refused here.
        condition: ${`and(not(canceled()), eq(dependencies.affected.result, 'Succeeded'), ${isAny})`}
        ${strategy}
        steps:
          ${releaseSteps(facts)}
  `;
}

const isAny = `eq(dependencies.outdated.outputs['outdated.any'], 'true')`;
const built = { option: '-p $(projects)', failed: "dependencies.outdated.outputs['outdated.failed']" };
const strategy = yaml`
  strategy:
    matrix: $[ dependencies.outdated.outputs['outdated.services'] ]
    maxParallel: ${agents}
`;

function outdatedSteps(facts: PipelineFacts): Yaml {
  const find = {
    id: 'outdated',
    displayName: 'Find what is outdated',
    command: `npx nx run infrastructure:outdated --matrix --jobs=${agents}`,
  };
  const steps = clusterSteps(automaticEnvironments(facts.environments), find, '-planner');
  return jobSteps(facts, [steps], { job: 'outdated' });
}

function checkSteps(facts: PipelineFacts): Yaml {
  const checkAffected = commandStep({
    displayName: 'Lint, test and build what is affected',
    command: `npx nx affected -t ${checkTargets}`,
    env: { NX_BASE: '$(base)' },
  });
  return jobSteps(facts, [checkAffected], { job: 'affected', purpose: 'check', holdsNothing: true });
}

function releaseSteps(facts: PipelineFacts): Yaml {
  const automatic = automaticEnvironments(facts.environments);
  const release = clusterSteps(automatic, {
    displayName: 'Release',
    command: deployCommand(built.option),
    env: deployVariables(automatic),
  });
  return jobSteps(facts, [release], { job: 'release' });
}
