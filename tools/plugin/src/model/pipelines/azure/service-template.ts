import { automaticEnvironments } from '../../environment/environment.ts';
import { generatedHeader } from '../generated-file.ts';
import { deployCommand } from '../nx-command.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { buildJob, checkJob, poolOf } from './build-jobs.ts';
import { clusterSteps, deployVariables, jobSteps, pool } from './job-steps.ts';
import { packageVariables } from './toolchain-steps.ts';

/** Returns the template that every pipeline of a service extends. */
export function serviceTemplate(facts: PipelineFacts): Yaml {
  const automatic = automaticEnvironments(facts.environments);
  const built = { option: '-p $(serviceName)' };
  const release = clusterSteps(automatic, {
    displayName: 'Release',
    command: deployCommand(built.option),
    env: deployVariables(automatic),
  });
  const tagRun = yaml`
    - script: echo "##vso[build.addbuildtag]$(serviceName)"
      displayName: Tag the run
  `;
  return yaml`
    ${generatedHeader()}

    # Releases one service, under the number of the run where that is its newest: checks it without any credential, builds it without
    # those of a cluster, and deploys it without running anything that builds. The run is tagged with the service's name, by which the
    # pipeline "release" distinguishes the runs of services.
    parameters:
      - name: service
        type: string

    variables:
      - template: /apps/\${{ parameters.service }}/pipeline.variables.yml
      ${packageVariables(facts, 'check')}

    jobs:
      ${checkJob(facts, built)}

      ${buildJob(facts, built, { dependsOn: ['check'], pool: poolOf('build'), after: publishApi(facts) })}

      - job: release
        displayName: Release \${{ parameters.service }}
        dependsOn: build
        ${pool}
        steps:
          ${jobSteps(facts, [release, tagRun], { job: 'release' })}
  `;
}

/** Publishes the API description, of services that have one. */
function publishApi({ services }: PipelineFacts): Yaml[] {
  const described = services.filter(({ api }) => api !== undefined);
  if (described.length === 0) return [];
  const names = described.map(({ name }) => `'${name}'`).join(', ');
  const condition = `and(succeeded(), in('\${{ parameters.service }}', ${names}))`;
  return [
    yaml`
      - publish: $(sourceRoot)/openapi.yaml
        displayName: Publish the API description
        artifact: specification
        condition: ${described.length < services.length ? condition : undefined}
    `,
  ];
}
