import { generatedHeader } from '../generated-file.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { approvalFor } from './approval.ts';
import { deploymentStage } from './deployment-stage.ts';
import { clusterSteps, closing, commandStep, pool, preparation } from './job-steps.ts';
import { idOf, indented, scalar } from './yaml-text.ts';

/** The version that is rolled out: the one asked for, or the one that was packaged. */
const tag = `$[ coalesce('\${{ parameters.tag }}', stageDependencies.package.package.outputs['package.tag']) ]`;

/** Rolls the clusters' own configuration out, from environment to environment. */
export function provisioningPipeline({ environments, branch }: PipelineFacts): string {
  const packaging = commandStep({
    name: 'package',
    displayName: 'Package',
    command: 'npx nx run infrastructure:package',
  });
  return `${generatedHeader}
# Rolls the clusters' own configuration (Infrastructure/kubernetes) out, from environment to environment. All differences
# are shown before the first is asked to be approved.
name: $(Date:yyyyMMdd)$(Rev:-r)

parameters:
  - name: tag
    displayName: Version, such as 20261124-1 (the newest when empty)
    type: string
    default: ''

trigger:
  branches:
    include:
      - ${scalar(branch)}
  paths:
    include:
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
${indented(10, [preparation('package'), packaging, closing('package')].join('\n'))}
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
      command: `npx nx run infrastructure:provision --env=${name} --tag="$TAG" --dryRun`,
      env: { TAG: '$(tag)' },
    },
    '-provisioning',
  );
  return `- job: ${job}
  displayName: Show what would change in ${name}
  variables:
    - name: tag
      value: ${tag}
  steps:
${indented(4, [preparation(job), diff, closing(job)].join('\n'))}`;
}

function provisionStage(environment: PipelineEnvironment, index: number, all: readonly PipelineEnvironment[]): string {
  const { name } = environment;
  const { option, env } = approvalFor(environment);
  return deploymentStage({
    id: `provision_${idOf(name)}`,
    displayName: `Provision ${name}`,
    dependsOn: ['package', index === 0 ? 'diff' : `provision_${idOf(all[index - 1]!.name)}`],
    variables: { tag },
    environment: name,
    clusters: [environment],
    rights: '-provisioning',
    command: {
      displayName: 'Provision',
      command: `npx nx run infrastructure:provision --env=${name} --tag="$TAG"${option}`,
      env: { TAG: '$(tag)', ...env },
    },
  });
}
