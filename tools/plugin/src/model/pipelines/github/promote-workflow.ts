import { approvalFor } from '../approval.ts';
import { generatedHeader } from '../generated-file.ts';
import { promoteCommand, reasonOption, tagOption } from '../nx-command.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { paragraphs, yaml, type Yaml } from '../yaml-template.ts';
import { clusterAccess } from './cluster-access.ts';
import { dispatchTrigger } from './dispatch-inputs.ts';
import { commandStep, deployVariables, readySteps } from './job-steps.ts';
import { workflowJob } from './workflow-job.ts';

const allServices = 'all services';

/** Returns `promote.yml`: it brings releases that proved themselves to the next environment. Needs two environments at least. */
export function promoteWorkflow({ services, environments }: PipelineFacts): Yaml {
  const targets = environments.slice(1);
  const inputs = dispatchTrigger([
    { name: 'service', description: 'Service to promote', choices: [allServices, ...services.map(({ name }) => name)] },
    { name: 'to', description: 'Environment to promote to', choices: targets.map(({ name }) => name) },
    { name: 'tag', description: 'Release (20261124-1); left empty, what runs in the environment before' },
    {
      name: 'force',
      description:
        'Also what lost requests or has not run for long enough, and over a newer release; with a reason also in a freeze',
      choices: 'tick',
    },
    { name: 'reason', description: 'Reason, kept in the deployment record' },
  ]);
  return yaml`
    ${generatedHeader}
    #
    # Brings releases that proved themselves in one environment to the next. Who must approve of that is a protection rule of the
    # environment of the same name at GitHub. Runs are not queued here, where GitHub would drop waiting ones: the plugin has one writer
    # for each service and environment, and the others wait for it.
    name: promote
    run-name: promote \${{ inputs.service }} to \${{ inputs.to }}
    on:
      ${inputs}

    permissions: {}

    jobs:
      ${paragraphs(targets.map((to, index) => promoteJob(environments[index]!, to)))}
  `;
}

function promoteJob(from: PipelineEnvironment, to: PipelineEnvironment): Yaml {
  const access = clusterAccess([to], 'deploying', [from]);
  const { option, env, permissions } = approvalFor(to, 'at GitHub');
  const promote = commandStep({
    command: promoteCommand(
      '${PROJECTS:+-p "$PROJECTS"}',
      to.name,
      `${option} --force="$FORCE" ${tagOption} ${reasonOption}`,
    ),
    env: {
      PROJECTS: `\${{ inputs.service != '${allServices}' && inputs.service || '' }}`,
      TAG: '${{ inputs.tag }}',
      FORCE: '${{ inputs.force }}',
      REASON: '${{ inputs.reason }}',
      ...env,
      ...deployVariables([to], access.kubeconfig),
    },
  });
  return workflowJob({
    id: `promote-${to.name}`,
    condition: `inputs.to == '${to.name}'`,
    environment: to.name,
    permissions: { ...permissions, contents: 'read', deployments: 'write', ...access.permissions },
    setup: [...readySteps, ...access.steps],
    steps: [promote],
  });
}
