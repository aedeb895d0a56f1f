import { automaticEnvironments } from '../../environment/environment.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { clusterAccess, unattended } from './cluster-access.ts';
import { dispatchLines } from './dispatch-inputs.ts';
import { checkoutSteps, commandStep, commandVariables, readySteps, readyWithHistorySteps } from './job-steps.ts';
import { pinnedActions } from './pinned-actions.ts';
import { branchFilter, workflowHeader } from './workflow-file.ts';
import { jobLines } from './workflow-job.ts';
import { yamlScalar } from './yaml-scalar.ts';

/** No service can be called that. */
const whateverIsOutdated = 'whatever is outdated';

/** `release.yml`: releases what the main branch has and the automatic environments have not. */
export function releaseWorkflow({ services, environments, branch }: PipelineFacts): string {
  const access = clusterAccess(automaticEnvironments(environments));
  const variables = commandVariables(access.kubeconfig);
  const releasing = { contents: 'write', deployments: 'write', ...access.permissions } as const;
  const descriptions = services.flatMap(({ api }) => (api === undefined ? [] : [api]));
  return [
    workflowHeader(
      'Releases what the main branch has and the automatic environments have not: builds, pushes, tags and deploys it.',
      'Started by hand, it can also release one service.',
    ),
    'name: release',
    'on:',
    '  push:',
    `    branches: [${yamlScalar(branchFilter(branch))}]`,
    ...dispatchLines([
      {
        name: 'service',
        description: 'What to release',
        choices: [whateverIsOutdated, ...services.map(({ name }) => name)],
      },
    ]),
    '',
    'permissions: {}',
    '',
    '# One run at a time, so that a newer commit never gets the lower build number. GitHub keeps only the newest run that waits and',
    '# cancels the others. Nothing is lost by that, nor by a run that failed: what is outdated is found by comparing the content of the',
    '# commit with what is deployed, not with the commit before, and the newest run has all that the others would have brought.',
    'concurrency:',
    '  group: release',
    '  cancel-in-progress: false',
    '',
    'jobs:',
    ...jobLines({
      id: 'outdated',
      condition: `github.event_name == 'push' || inputs.service == '${whateverIsOutdated}'`,
      environment: unattended,
      permissions: { contents: 'read', ...access.permissions },
      settings: [
        'outputs:',
        '  any: ${{ steps.outdated.outputs.any }}',
        '  base: ${{ steps.outdated.outputs.base }}',
        '  services: ${{ steps.outdated.outputs.services }}',
      ],
      setup: [...readySteps, ...access.steps],
      steps: [commandStep('npx nx run infrastructure:outdated --matrix', variables, ['id: outdated'])],
    }),
    '',
    ...jobLines({
      id: 'affected',
      comment: [
        'From the oldest commit that something outdated was deployed from: what failed before is checked again.',
      ],
      needs: ['outdated'],
      permissions: { contents: 'read' },
      setup: readyWithHistorySteps,
      steps: [
        ['run: npx nx sync:check'],
        commandStep('npx nx affected -t lint test build --base="$BASE"', {
          BASE: '${{ needs.outdated.outputs.base }}',
        }),
      ],
    }),
    '',
    ...jobLines({
      id: 'release',
      needs: ['outdated', 'affected'],
      condition: "needs.outdated.outputs.any == 'true'",
      environment: unattended,
      permissions: releasing,
      settings: [
        'strategy:',
        '  # A service that cannot be released is no reason to leave out others.',
        '  fail-fast: false',
        '  matrix: ${{ fromJSON(needs.outdated.outputs.services) }}',
      ],
      setup: [...readySteps, ...access.steps],
      steps: [
        commandStep('npx nx run-many -t release -p "$PROJECTS"', {
          PROJECTS: '${{ matrix.projects }}',
          ...variables,
        }),
      ],
    }),
    '',
    ...jobLines({
      id: 'release-one',
      condition: `github.event_name == 'workflow_dispatch' && inputs.service != '${whateverIsOutdated}'`,
      environment: unattended,
      permissions: releasing,
      setup: [...readySteps, ...access.steps],
      steps: [commandStep('npx nx run "$SERVICE:release"', { SERVICE: '${{ inputs.service }}', ...variables })],
    }),
    ...(descriptions.length === 0 ? [] : ['', ...publishLines(descriptions)]),
    '',
  ].join('\n');
}

/** Job that keeps the API descriptions as the commit has them: API Management imports them from there. */
function publishLines(paths: readonly string[]): string[] {
  return jobLines({
    id: 'specification',
    comment: ['API descriptions as this commit has them, for whoever imports them.'],
    permissions: { contents: 'read' },
    setup: checkoutSteps,
    steps: [
      [
        `uses: ${pinnedActions.uploadArtifact}`,
        'with:',
        '  name: specification',
        '  path: |',
        ...paths.map((path) => `    ${path}`),
      ],
    ],
  });
}
