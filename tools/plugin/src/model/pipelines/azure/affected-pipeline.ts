import { automaticEnvironments } from '../../environment/environment.ts';
import { generatedHeader } from '../generated-file.ts';
import { checkTargets, deployCommand } from '../nx-command.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { rebuildTime, scheduleRegion } from '../rebuild-schedule.ts';
import { customRegion } from '../custom-region.ts';
import { yaml, Yaml } from '../yaml-template.ts';
import { buildJob, checkJob, outdatedJob, poolOf } from './build-jobs.ts';
import { clusterSteps, commandStep, deployVariables, jobSteps, pool } from './job-steps.ts';
import { jobVariables } from './toolchain-steps.ts';

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
    ${facts.rebuilds ? schedule(facts) : []}

    variables:
      ${jobVariables(facts, 'check')}

    ${pool}

    jobs:
      ${outdatedJob(facts, { agents })}

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
          ${releaseSteps(facts, 'release')}
      ${facts.rebuilds ? ['', ...rebuildJobs(facts).lines].map((line) => new Yaml([line])) : []}
  `;
}

const isAny = `eq(dependencies.outdated.outputs['outdated.any'], 'true')`;
const built = { option: '-p $(projects)' };
const strategy = yaml`
  strategy:
    matrix: $[ dependencies.outdated.outputs['outdated.services'] ]
    maxParallel: ${agents}
`;

function checkSteps(facts: PipelineFacts): Yaml {
  const checkAffected = commandStep(facts, {
    displayName: 'Lint, test and build what is affected',
    command: `nx affected -t ${checkTargets}`,
    env: { NX_BASE: '$(base)' },
  });
  return jobSteps(facts, [checkAffected], { job: 'affected', purpose: 'check', holdsNothing: true });
}

function releaseSteps(facts: PipelineFacts, job: string): Yaml {
  const automatic = automaticEnvironments(facts.environments);
  const release = clusterSteps(facts, automatic, {
    displayName: 'Release',
    command: deployCommand(built.option),
    env: deployVariables(automatic),
  });
  return jobSteps(facts, [release], { job });
}

/** By schedule, what is outdated is released as by a push, and then what is up to date but for an image that it is built on. */
function schedule({ branch }: PipelineFacts): Yaml {
  return yaml`
    schedules:
      - displayName: Build again what is built on images that moved
        ${customRegion(scheduleRegion, yaml`cron: ${rebuildTime}`)}
        branches:
          include:
            - ${branch}
        always: true
  `;
}

const moved = { option: '-p $(projects)', rebuilds: true };
const movedServices = yaml`
  variables:
    projects: $[ dependencies.outdated.outputs['outdated.rebuild'] ]
`;
const hasMoved = `eq(variables['Build.Reason'], 'Schedule'), ne(dependencies.outdated.outputs['outdated.rebuild'], '')`;

/** Returns the jobs that release again what is built on an image that moved. */
function rebuildJobs(facts: PipelineFacts): Yaml {
  const condition = `and(succeeded(), ${hasMoved})`;
  const settings = yaml`
    dependsOn: outdated
    condition: ${condition}
    ${movedServices}
  `;
  const place = { suffix: '_moved', dependsOn: ['outdated', 'check_moved'], condition, variables: movedServices };
  return yaml`
    ${checkJob(facts, moved, { id: 'check_moved', settings })}

    ${buildJob(facts, moved, place)}

    - job: release_moved
      displayName: Release
      dependsOn:
        - outdated
        - build_moved
      condition: ${condition}
      ${movedServices}
      steps:
        ${releaseSteps(facts, 'release_moved')}
  `;
}
