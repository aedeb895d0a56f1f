import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { clusterAccess, unattended } from './cluster-access.ts';
import { dispatchLines } from './dispatch-inputs.ts';
import { commandStep, commandVariables, readySteps } from './job-steps.ts';
import { workflowHeader } from './workflow-file.ts';
import { jobLines } from './workflow-job.ts';

/** `rollback.yml`: goes back to an earlier release of a service, and stays there. Needs one service at least. */
export function rollbackWorkflow({ services, environments }: PipelineFacts): string {
  return [
    workflowHeader(
      'Goes back to an earlier release of a service in one environment. The release that is left stays away from there until a newer',
      'one comes. Nothing is built, nobody has to approve, and runs are not queued: the plugin has one writer for each service and environment.',
    ),
    'name: rollback',
    'run-name: roll back ${{ inputs.service }} in ${{ inputs.environment }}',
    'on:',
    ...dispatchLines([
      { name: 'service', description: 'What goes back', choices: services.map(({ name }) => name) },
      { name: 'environment', description: 'Where', choices: environments.map(({ name }) => name) },
      { name: 'tag', description: 'Release (20261124-1); left empty, the last good one before the one that runs' },
      { name: 'reason', description: 'Why, for whoever finds the release held' },
    ]),
    '',
    'permissions: {}',
    '',
    'jobs:',
    ...environments.flatMap((environment, index) => [...(index > 0 ? [''] : []), ...rollbackLines(environment)]),
    '',
  ].join('\n');
}

function rollbackLines(environment: PipelineEnvironment): string[] {
  const { name } = environment;
  const access = clusterAccess([environment]);
  return jobLines({
    id: `rollback-${name}`,
    condition: `inputs.environment == '${name}'`,
    environment: unattended,
    permissions: { contents: 'read', deployments: 'write', ...access.permissions },
    setup: [...readySteps, ...access.steps],
    steps: [
      commandStep(`npx nx run "$SERVICE:rollback" --env=${name} \${TAG:+--tag="$TAG"} \${REASON:+--reason="$REASON"}`, {
        SERVICE: '${{ inputs.service }}',
        TAG: '${{ inputs.tag }}',
        REASON: '${{ inputs.reason }}',
        ...commandVariables(access.kubeconfig),
      }),
    ],
  });
}
