import { generatedHeader } from '../generated-file.ts';
import { rollbackCommand } from '../nx-command.ts';
import { projectAtGitHub } from '../project-of-service.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { paragraphs, yaml, type Yaml } from '../yaml-template.ts';
import { clusterAccess, rollbackEnvironment } from './cluster-access.ts';
import { dispatchTrigger } from './dispatch-inputs.ts';
import { commandStep, deployVariables, readySteps } from './job-steps.ts';
import { workflowJob } from './workflow-job.ts';
import { workflowName, workflowSettings } from './workflow-settings.ts';

/** Returns `rollback.yml`: it goes back to an earlier release of a service, and stays there. Needs one service at least. */
export function rollbackWorkflow(facts: PipelineFacts): Yaml {
  const { services, environments } = facts;
  const inputs = dispatchTrigger([
    { name: 'service', description: 'Service to roll back', choices: services.map(({ name }) => name) },
    { name: 'environment', description: 'Where', choices: environments.map(({ name }) => name) },
    { name: 'tag', description: 'Release (20261124-1); left empty, the last good one before the one that runs' },
    { name: 'reason', description: 'Reason, shown with the hold' },
  ]);
  return yaml`
    ${generatedHeader()}
    #
    # Rolls a service back to an earlier release in one environment. The release that it leaves is held there until a newer
    # one comes. Nothing is built, and runs are not queued: the plugin has one writer for each service and environment. Rolling back in a
    # protected environment has an environment of its own at GitHub (rollback-NAME), whose protection rules say who may.
    name: ${workflowName(facts, 'rollback')}
    run-name: roll back \${{ inputs.service }} in \${{ inputs.environment }}
    on:
      ${inputs}

    ${workflowSettings(facts)}

    jobs:
      ${paragraphs(environments.map((environment) => rollbackJob(facts, environment)))}
  `;
}

function rollbackJob(facts: PipelineFacts, environment: PipelineEnvironment): Yaml {
  const { name } = environment;
  const access = clusterAccess([environment]);
  const rollBack = commandStep(facts, {
    command: rollbackCommand(name),
    env: {
      SERVICE: `\${{ ${projectAtGitHub(facts.services, 'inputs.service')} }}`,
      TAG: '${{ inputs.tag }}',
      REASON: '${{ inputs.reason }}',
      ...deployVariables([environment], access.kubeconfig),
    },
  });
  return workflowJob({
    id: `rollback-${name}`,
    condition: `inputs.environment == '${name}'`,
    environment: rollbackEnvironment(environment),
    permissions: { contents: 'read', deployments: 'write', ...access.permissions },
    setup: [...readySteps(facts), ...access.steps],
    steps: [rollBack],
  });
}
