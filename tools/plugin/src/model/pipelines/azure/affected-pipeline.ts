import { generatedHeader } from '../generated-file.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { automaticEnvironments } from '../../environment/environment.ts';
import { clusterSteps, postSteps, commandStep, forgeToken, pool, setupSteps } from './job-steps.ts';
import { indented, scalar } from './yaml-text.ts';

/** How many agents release at once. */
const agents = 4;

/** What every push to the main branch starts: checks, and a release of all that is outdated. */
export function affectedPipeline(facts: PipelineFacts): string {
  const automatic = automaticEnvironments(facts.environments);
  const outdated = clusterSteps(automatic, {
    name: 'outdated',
    displayName: 'Find what is outdated',
    command: `npx nx run infrastructure:outdated --matrix --jobs=${agents}`,
  });
  const affected = commandStep({
    displayName: 'Lint, test and build what is affected',
    command: 'npx nx affected -t lint test build',
    env: { NX_BASE: '$(outdated.base)' },
  });
  const release = clusterSteps(automatic, {
    displayName: 'Release',
    command: 'npx nx run-many -t release -p $(projects)',
    env: forgeToken,
  });
  return `${generatedHeader}
# Checks what a push to ${facts.branch} affects, and releases whatever is not deployed as it is there. What is outdated is told by the
# deployments that are recorded, not by the last run: what a failed or cancelled run left undone, the next one does.
name: $(Date:yyyyMMdd)$(Rev:-r)

trigger:
  # One run at a time; what is pushed meanwhile is taken together by the next.
  batch: true
  branches:
    include:
      - ${scalar(facts.branch)}
pr: none

${pool}

jobs:
  - job: affected
    displayName: Check
    steps:
${indented(6, [setupSteps('affected'), outdated, affected, postSteps('affected')].join('\n'))}

  - job: release
    displayName: Release
    dependsOn: affected
    condition: and(succeeded(), eq(dependencies.affected.outputs['outdated.any'], 'true'))
    strategy:
      matrix: $[ dependencies.affected.outputs['outdated.services'] ]
      maxParallel: ${agents}
    steps:
${indented(6, [setupSteps('release'), release, postSteps('release')].join('\n'))}
`;
}
