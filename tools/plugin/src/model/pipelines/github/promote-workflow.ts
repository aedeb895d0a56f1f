import { approvalFor } from '../approval.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { clusterAccess } from './cluster-access.ts';
import { dispatchLines } from './dispatch-inputs.ts';
import { commandStep, commandVariables, readySteps } from './job-steps.ts';
import { workflowHeader } from './workflow-file.ts';
import { jobLines } from './workflow-job.ts';

const allServices = 'all services';

/** `promote.yml`: brings releases that proved themselves to the next environment. Needs two environments at least. */
export function promoteWorkflow({ services, environments }: PipelineFacts): string {
  const targets = environments.slice(1);
  return [
    workflowHeader(
      'Brings releases that proved themselves in one environment to the next. Who must approve of that is a protection rule of the',
      'environment of the same name at GitHub. Runs are not queued here, where GitHub would drop waiting ones: the plugin has one writer',
      'for each service and environment, and the others wait for it.',
    ),
    'name: promote',
    'run-name: promote ${{ inputs.service }} to ${{ inputs.to }}',
    'on:',
    ...dispatchLines([
      {
        name: 'service',
        description: 'What to promote',
        choices: [allServices, ...services.map(({ name }) => name)],
      },
      { name: 'to', description: 'Where to', choices: targets.map(({ name }) => name) },
      { name: 'tag', description: 'Release (20261124-1); left empty, what runs in the environment before' },
      {
        name: 'force',
        description: 'Also what lost requests or has not run for long enough, and over a newer release',
        choices: 'tick',
      },
    ]),
    '',
    'permissions: {}',
    '',
    'jobs:',
    ...targets.flatMap((to, index) => [...(index > 0 ? [''] : []), ...promotionLines(environments[index]!, to)]),
    '',
  ].join('\n');
}

function promotionLines(from: PipelineEnvironment, to: PipelineEnvironment): string[] {
  const access = clusterAccess([from, to]);
  const { option, env } = approvalFor(to, 'at GitHub');
  return jobLines({
    id: `promote-${to.name}`,
    condition: `inputs.to == '${to.name}'`,
    environment: to.name,
    permissions: { contents: 'read', deployments: 'write', ...access.permissions },
    setup: [...readySteps, ...access.steps],
    steps: [
      commandStep(
        `npx nx run-many -t promote \${PROJECTS:+-p "$PROJECTS"} --to=${to.name}${option} --force="$FORCE" \${TAG:+--tag="$TAG"}`,
        {
          PROJECTS: `\${{ inputs.service != '${allServices}' && inputs.service || '' }}`,
          TAG: '${{ inputs.tag }}',
          FORCE: '${{ inputs.force }}',
          ...env,
          ...commandVariables(access.kubeconfig),
        },
      ),
    ],
  });
}
