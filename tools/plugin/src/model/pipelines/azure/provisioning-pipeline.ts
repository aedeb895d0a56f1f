import { generatedHeader } from '../generated-file.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { approvalFor } from '../approval.ts';
import { commandStage } from './command-stage.ts';
import { clusterSteps, postSteps, commandStep, pool, setupSteps } from './job-steps.ts';
import { idOf, indented, scalar } from './yaml-text.ts';

/** The version that somebody asked for. */
const tag = { TAG: '${{ parameters.tag }}' };

/** Rolls the clusters' own configuration out, from environment to environment. */
export function provisioningPipeline({ environments, branch }: PipelineFacts): string {
  const packaging = commandStep({
    displayName: 'Package',
    command: 'npx nx run infrastructure:package',
  });
  return `${generatedHeader}
# Rolls the clusters' own configuration (Infrastructure/kubernetes) out, from environment to environment. All differences
# are shown before the first is asked to be approved. Started with the tag of an earlier version, it goes back to that;
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
      - ${scalar(branch)}
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
${indented(10, [setupSteps('package'), packaging, postSteps('package')].join('\n'))}
  - stage: diff
    displayName: Show what would change
    dependsOn: package
    jobs:
${indented(6, environments.map(diffJob).join('\n'))}
${indented(2, environments.map(provisionStage).join('\n'))}
`;
}

function diffJob(environment: PipelineEnvironment): string {
  const { name } = environment;
  const job = `diff_${idOf(name)}`;
  const diff = clusterSteps(
    [environment],
    {
      displayName: 'Show what would change',
      command: `npx nx run infrastructure:provision --env=${name} --dryRun \${TAG:+--tag="$TAG"}`,
      env: tag,
    },
    '-provisioning',
  );
  return `- job: ${job}
  displayName: Show what would change in ${name}
  steps:
${indented(4, [setupSteps(job), diff, postSteps(job)].join('\n'))}`;
}

function provisionStage(environment: PipelineEnvironment, index: number, all: readonly PipelineEnvironment[]): string {
  const { name } = environment;
  const { option, env } = approvalFor(environment, 'of Azure DevOps');
  return commandStage({
    id: `provision_${idOf(name)}`,
    displayName: `Provision ${name}`,
    dependsOn: [index === 0 ? 'diff' : `provision_${idOf(all[index - 1]!.name)}`],
    environment: name,
    clusters: [environment],
    rights: '-provisioning',
    command: {
      displayName: 'Provision',
      command: `npx nx run infrastructure:provision --env=${name}${option} \${TAG:+--tag="$TAG"}`,
      env: { ...tag, ...env },
    },
  });
}
