import { commandStep, readyWithHistorySteps } from './job-steps.ts';
import { workflowHeader } from './workflow-file.ts';
import { jobLines } from './workflow-job.ts';

/** `ci.yml`: checks what a pull request changes. */
export function ciWorkflow(): string {
  return [
    workflowHeader(
      'Checks what a pull request changes, and nothing else: it reaches no cluster and no secret. What has come to the main branch',
      'is checked by release.yml, from what is deployed on, before it is released.',
    ),
    'name: ci',
    'on:',
    '  pull_request:',
    '  merge_group:',
    '',
    'permissions: {}',
    '',
    '# A push to the pull request makes the checks of the push before it worthless.',
    'concurrency:',
    '  group: ci-${{ github.ref }}',
    '  cancel-in-progress: true',
    '',
    'jobs:',
    ...jobLines({
      id: 'affected',
      permissions: { contents: 'read' },
      setup: readyWithHistorySteps,
      steps: [
        ['run: npx nx sync:check'],
        commandStep('npx nx affected -t lint test build --base="$BASE"', {
          BASE: '${{ github.event.pull_request.base.sha || github.event.merge_group.base_sha }}',
        }),
      ],
    }),
    '',
  ].join('\n');
}
