import { automaticEnvironments } from '../../environment/environment.ts';
import { generatedHeader } from '../generated-file.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { clusterSteps, deployVariables, jobSteps, pool } from './job-steps.ts';
import { packageVariables } from './toolchain-steps.ts';

/** Returns the template that every pipeline of a service extends. */
export function serviceTemplate(facts: PipelineFacts): Yaml {
  const automatic = automaticEnvironments(facts.environments);
  const release = clusterSteps(automatic, {
    displayName: 'Release',
    command: 'npx nx run $(serviceName):release',
    env: deployVariables(automatic),
  });
  const tagRun = yaml`
    - script: echo "##vso[build.addbuildtag]$(serviceName)"
      displayName: Tag the run
  `;
  return yaml`
    ${generatedHeader}

    # Releases one service, under the number of the run where that is its newest. The run is tagged with the service's name, by
    # which the pipeline "release" distinguishes the runs of services.
    parameters:
      - name: service
        type: string

    variables:
      - template: /apps/\${{ parameters.service }}/pipeline.variables.yml
      ${packageVariables(facts, 'release')}

    jobs:
      - job: release
        displayName: Release \${{ parameters.service }}
        ${pool}
        steps:
          ${jobSteps(facts, [release, tagRun, ...publishApi(facts)], { purpose: 'release' })}
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
