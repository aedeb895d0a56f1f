import { generatedHeader } from '../generated-file.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { automaticEnvironments } from '../../environment/environment.ts';
import { clusterSteps, postSteps, forgeToken, pool, setupSteps } from './job-steps.ts';
import { indented } from './yaml-text.ts';

/** What every pipeline of a service does. */
export function serviceTemplate(facts: PipelineFacts): string {
  const release = clusterSteps(automaticEnvironments(facts.environments), {
    displayName: 'Release',
    command: 'npx nx run $(serviceName):release',
    env: forgeToken,
  });
  return `${generatedHeader}
# Releases one service, under the number of the run where that is its newest. The run is tagged with the service's name, by
# which the pipeline "release" tells the runs of services apart.
parameters:
  - name: service
    type: string

variables:
  - template: /apps/\${{ parameters.service }}/pipeline.variables.yml

jobs:
  - job: release
    displayName: Release \${{ parameters.service }}
${indented(4, pool)}
    steps:
${indented(6, setupSteps())}
${indented(6, release)}
      - script: echo "##vso[build.addbuildtag]$(serviceName)"
        displayName: Tag the run
${indented(6, [...specification(facts), postSteps()].join('\n'))}
`;
}

/** The API description, of services that have one. */
function specification({ services }: PipelineFacts): string[] {
  const having = services.filter(({ api }) => api !== undefined);
  if (having.length === 0) return [];
  const names = having.map(({ name }) => `'${name}'`).join(', ');
  return [
    `- publish: $(sourceRoot)/openapi.yaml
  displayName: Publish the API description
  artifact: specification`,
    ...(having.length < services.length
      ? [`  condition: and(succeeded(), in('\${{ parameters.service }}', ${names}))`]
      : []),
  ];
}
