import { approvalFor } from '../approval.ts';
import { generatedHeader } from '../generated-file.ts';
import { packageCommand, provisionCommand } from '../nx-command.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { commandStage } from './command-stage.ts';
import { identifierOf } from './identifier.ts';
import { clusterSteps, commandStep, jobSteps, pool, typedText } from './job-steps.ts';
import { packageVariables } from './toolchain-steps.ts';

/** The version that the run was started with, and the commit that it is of, or that was packaged: no other is shown or applied. */
const chosen = { COMMIT: '$(commit)', TAG: typedText('tag') };

/** The variable with that commit, for a job of another stage. */
const variables = yaml`
  variables:
    commit: $[ stageDependencies.package.package.outputs['package.commit'] ]
`;

/** Returns the pipeline that rolls the clusters' own configuration out, from environment to environment. */
export function provisioningPipeline(facts: PipelineFacts): Yaml {
  const { environments, branch } = facts;
  const packaging = commandStep({
    id: 'package',
    displayName: 'Package',
    command: packageCommand,
    env: { TAG: typedText('tag') },
  });
  return yaml`
    ${generatedHeader}

    # Rolls the clusters' own configuration (Infrastructure/kubernetes) out, and that of API Management (Infrastructure/apim),
    # from environment to environment. All differences are shown before the first is asked to be approved. Started with the tag
    # of an earlier version, it rolls back to that; without one, a run that waited until something newer was there changes nothing.
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
          - Infrastructure/apim/**
          - Infrastructure/environments/**
          - Infrastructure/kubernetes/**
    pr: none
    lockBehavior: sequential

    variables:
      ${packageVariables(facts)}

    ${pool}

    stages:
      - stage: package
        displayName: Package
        jobs:
          - job: package
            displayName: Package
            steps:
              ${jobSteps(facts, [packaging], { job: 'package' })}
      ${diffStage(facts)}
      ${environments.map((environment, index) => provisionStage(facts, environment, environments[index - 1]))}
  `;
}

function diffStage(facts: PipelineFacts): Yaml {
  return yaml`
    - stage: diff
      displayName: Show what would change
      dependsOn: package
      jobs:
        ${facts.environments.map((environment) => diffJob(facts, environment))}
  `;
}

function diffJob(facts: PipelineFacts, environment: PipelineEnvironment): Yaml {
  const { name } = environment;
  const job = `diff_${identifierOf(name)}`;
  const diff = clusterSteps(
    [environment],
    { displayName: 'Show what would change', command: provisionCommand(name, ' --dry-run'), env: chosen },
    '-planner',
  );
  return yaml`
    - job: ${job}
      displayName: Show what would change in ${name}
      ${variables}
      steps:
        ${jobSteps(facts, [diff], { job })}
  `;
}

function provisionStage(
  facts: PipelineFacts,
  environment: PipelineEnvironment,
  before: PipelineEnvironment | undefined,
): Yaml {
  const { name } = environment;
  const { option, env } = approvalFor(environment, 'of Azure DevOps');
  return commandStage(facts, {
    id: `provision_${identifierOf(name)}`,
    displayName: `Provision ${name}`,
    // A stage reads what those that it names put out, and no others.
    dependsOn: ['package', before ? `provision_${identifierOf(before.name)}` : 'diff'],
    variables,
    environment: name,
    clusters: [environment],
    rights: '-provisioning',
    command: { displayName: 'Provision', command: provisionCommand(name, option), env: { ...chosen, ...env } },
  });
}
