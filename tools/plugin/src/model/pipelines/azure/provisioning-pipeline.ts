import { approvalFor } from '../approval.ts';
import { generatedHeader } from '../generated-file.ts';
import { packageCommand, provisionCommand } from '../nx-command.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { commandStage } from './command-stage.ts';
import { identifierOf } from './identifier.ts';
import { clusterSteps, commandStep, jobSteps, pool } from './job-steps.ts';

/** The version that the run was started with. */
const tag = { TAG: '${{ parameters.tag }}' };

/** Returns the pipeline that rolls the clusters' own configuration out, from environment to environment. */
export function provisioningPipeline({ environments, branch }: PipelineFacts): Yaml {
  const packaging = commandStep({ displayName: 'Package', command: packageCommand });
  return yaml`
    ${generatedHeader}

    # Rolls the clusters' own configuration (Infrastructure/kubernetes) out, from environment to environment. All differences
    # are shown before the first is asked to be approved. Started with the tag of an earlier version, it rolls back to that;
    # without one, a run that waited until something newer was there changes nothing.
    name: $(Date:yyyyMMdd)$(Rev:-r)

    parameters:
      - name: tag
        displayName: Version, such as 20261124-1; that of the commit when empty
        type: string
        default: ''

    trigger:
      branches:
        include:
          - ${branch}
      paths:
        include:
          - Infrastructure/environments/**
          - Infrastructure/kubernetes/**
    pr: none
    lockBehavior: sequential

    ${pool}

    stages:
      - stage: package
        displayName: Package
        jobs:
          - job: package
            displayName: Package
            steps:
              ${jobSteps([packaging], 'package')}
      ${diffStage(environments)}
      ${environments.map((environment, index) => provisionStage(environment, environments[index - 1]))}
  `;
}

function diffStage(environments: readonly PipelineEnvironment[]): Yaml {
  return yaml`
    - stage: diff
      displayName: Show what would change
      dependsOn: package
      jobs:
        ${environments.map(diffJob)}
  `;
}

function diffJob(environment: PipelineEnvironment): Yaml {
  const { name } = environment;
  const job = `diff_${identifierOf(name)}`;
  const diff = clusterSteps(
    [environment],
    { displayName: 'Show what would change', command: provisionCommand(name, ' --dry-run'), env: tag },
    '-provisioning',
  );
  return yaml`
    - job: ${job}
      displayName: Show what would change in ${name}
      steps:
        ${jobSteps([diff], job)}
  `;
}

function provisionStage(environment: PipelineEnvironment, before: PipelineEnvironment | undefined): Yaml {
  const { name } = environment;
  const { option, env } = approvalFor(environment, 'of Azure DevOps');
  return commandStage({
    id: `provision_${identifierOf(name)}`,
    displayName: `Provision ${name}`,
    dependsOn: [before ? `provision_${identifierOf(before.name)}` : 'diff'],
    environment: name,
    clusters: [environment],
    rights: '-provisioning',
    command: { displayName: 'Provision', command: provisionCommand(name, option), env: { ...tag, ...env } },
  });
}
