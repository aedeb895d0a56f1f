import { approvalFor } from '../approval.ts';
import { generatedHeader } from '../generated-file.ts';
import { promoteCommand, reasonOption, tagOption, type StepVariables } from '../nx-command.ts';
import { projectAtGitHub } from '../project-of-service.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { paragraphs, yaml, type Yaml } from '../yaml-template.ts';
import { clusterAccess, unattended } from './cluster-access.ts';
import { dispatchTrigger } from './dispatch-inputs.ts';
import { commandStep, commandVariables, deployVariables, planOutputs, readySteps } from './job-steps.ts';
import { workflowJob } from './workflow-job.ts';
import { workflowName, workflowSettings } from './workflow-settings.ts';

const allServices = 'all services';

/** Returns `promote.yml`: it brings releases that proved themselves to the next environment. Needs two environments at least. */
export function promoteWorkflow(facts: PipelineFacts): Yaml {
  const { services, environments } = facts;
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
    ${generatedHeader()}
    #
    # Brings releases that proved themselves in one environment to the next. Who must approve of that is a protection rule of the
    # environment of the same name at GitHub: what is approved of is the plan on the page of the run, and nothing newer. Runs are not queued here, where GitHub would drop waiting ones: the plugin has one writer
    # for each service and environment, and the others wait for it.
    name: ${workflowName(facts, 'promote')}
    run-name: promote \${{ inputs.service }} to \${{ inputs.to }}
    on:
      ${inputs}

    ${workflowSettings(facts)}

    jobs:
      ${paragraphs(targets.flatMap((to, index) => promoteJobs(facts, environments[index]!, to)))}
  `;
}

/** Services, and what is asked of them, as somebody typed it. */
function typed({ services }: PipelineFacts): StepVariables {
  const project = projectAtGitHub(services, 'inputs.service');
  const one = project.includes(' ') ? `(${project})` : project;
  return { PROJECTS: `\${{ inputs.service != '${allServices}' && ${one} || '' }}`, TAG: '${{ inputs.tag }}' };
}

/** From one environment to the next. */
interface Way {
  readonly from: PipelineEnvironment;
  readonly to: PipelineEnvironment;
}

/** Where somebody must approve, the first job chooses and shows what is to be approved of, and the second does that alone. */
function promoteJobs(facts: PipelineFacts, from: PipelineEnvironment, to: PipelineEnvironment): Yaml[] {
  const isAsked = `inputs.to == '${to.name}'`;
  if (!to.protected) return [promoteJob(facts, { from, to }, { condition: isAsked, chosen: typed(facts) })];
  const plan = `plan-${to.name}`;
  const outputOf = (name: string) => `\${{ needs.${plan}.outputs.${name} }}`;
  return [
    planJob(facts, { from, to }, plan),
    promoteJob(
      facts,
      { from, to },
      {
        needs: [plan],
        // What could not be planned for one service is no reason to leave out the others, which were.
        condition: `\${{ !cancelled() && needs.${plan}.outputs.plans != '' }}`,
        chosen: { PROJECTS: outputOf('services'), TAG: outputOf('tags'), PLANS: outputOf('plans') },
      },
    ),
  ];
}

function planJob(facts: PipelineFacts, { from, to }: Way, id: string): Yaml {
  const access = clusterAccess([to], 'planning', [from]);
  const env = { ...typed(facts), ...overriding, ...commandVariables(access.kubeconfig) };
  return workflowJob({
    id,
    condition: `inputs.to == '${to.name}'`,
    environment: unattended,
    permissions: { contents: 'read', ...access.permissions },
    settings: planOutputs(['services', 'tags', 'plans']),
    setup: [...readySteps(facts), ...access.steps],
    steps: [commandStep(facts, { id: 'plan', command: commandFor(to, ' --dry-run'), env })],
  });
}

const overriding = { FORCE: '${{ inputs.force }}', REASON: '${{ inputs.reason }}' };

function commandFor(to: PipelineEnvironment, option: string): string {
  return promoteCommand(
    '${PROJECTS:+-p "$PROJECTS"}',
    to.name,
    `${option} --force="$FORCE" ${tagOption} ${reasonOption}`,
  );
}

/** How a job that promotes is placed, and the services that it is about. */
interface PromotePlace {
  readonly needs?: readonly string[];
  readonly condition: string;
  readonly chosen: StepVariables;
}

function promoteJob(facts: PipelineFacts, { from, to }: Way, { needs, condition, chosen }: PromotePlace): Yaml {
  const access = clusterAccess([to], 'deploying', [from]);
  const { option, env, permissions } = approvalFor(to, 'at GitHub');
  const variables = { ...chosen, ...overriding, ...env, ...deployVariables([to], access.kubeconfig) };
  return workflowJob({
    id: `promote-${to.name}`,
    ...(needs ? { needs } : {}),
    condition,
    environment: to.name,
    permissions: { ...permissions, contents: 'read', deployments: 'write', ...access.permissions },
    setup: [...readySteps(facts), ...access.steps],
    steps: [commandStep(facts, { command: commandFor(to, option), env: variables })],
  });
}
