import { approvalFor } from '../approval.ts';
import { generatedHeader } from '../generated-file.ts';
import { packageCommand, provisionCommand, type StepVariables } from '../nx-command.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { pathInRepository } from '../repository-paths.ts';
import { paragraphs, yaml, type Yaml } from '../yaml-template.ts';
import { branchFilter } from './branch-filter.ts';
import { clusterAccess, unattended, type Rights } from './cluster-access.ts';
import { dispatchTrigger } from './dispatch-inputs.ts';
import { commandStep, commandVariables, planOutputs, readySteps } from './job-steps.ts';
import { workflowJob, type WorkflowJob } from './workflow-job.ts';
import { workflowName, workflowSettings } from './workflow-settings.ts';

const allEnvironments = 'all environments';

/** Returns `provision.yml`: it rolls out the clusters' own configuration, environment by environment. */
export function provisionWorkflow(facts: PipelineFacts): Yaml {
  const { environments, branch } = facts;
  const inputs = dispatchTrigger([
    {
      name: 'environment',
      description: 'Where',
      choices: [allEnvironments, ...environments.map(({ name }) => name)],
    },
    { name: 'tag', description: 'Provisioning (20261124-1); left empty, this commit is packaged' },
  ]);
  const jobs = [
    packageJob(facts),
    ...environments.flatMap((environment, index) => provisionJobs(facts, environment, environments[index - 1])),
  ];
  return yaml`
    ${generatedHeader}
    #
    # Rolls out the clusters' own configuration, and that of API Management, environment by environment: the difference first, then, behind the protection rules of
    # the environment of the same name at GitHub, the change. Started by hand with the tag of an earlier one, it rolls back to that; without
    # a tag, a run that waited for approval until something newer was there changes nothing.
    name: ${workflowName(facts, 'provision')}
    on:
      push:
        branches: ${[branchFilter(branch)]}
        paths:
          ${['apim', 'kubernetes', 'environments'].map((name) => pathInRepository(facts, `Infrastructure/${name}/**`))}
      ${inputs}

    ${workflowSettings(facts)}

    jobs:
      ${paragraphs(jobs)}
  `;
}

/** Returns the job that says which version, and which commit, all others are about: what is approved of is that, and nothing newer. */
function packageJob(facts: PipelineFacts): Yaml {
  const env = { TAG: '${{ inputs.tag }}', GITHUB_TOKEN: '${{ github.token }}' };
  return workflowJob({
    id: 'package',
    permissions: { contents: 'write' },
    settings: yaml`
      outputs:
        commit: \${{ steps.package.outputs.commit }}
    `,
    setup: readySteps(facts),
    steps: [commandStep(facts, { id: 'package', command: packageCommand, env })],
  });
}

/** Returns the job that shows what would change in an environment, and the one that changes it. */
function provisionJobs(
  facts: PipelineFacts,
  environment: PipelineEnvironment,
  before: PipelineEnvironment | undefined,
): Yaml[] {
  const { name } = environment;
  const chosenVersion = { COMMIT: '${{ needs.package.outputs.commit }}', TAG: '${{ inputs.tag }}' };
  const job = (rights: Rights) => {
    const access = clusterAccess([environment], rights);
    return {
      permissions: { contents: 'read', ...access.permissions },
      setup: [...readySteps(facts), ...access.steps],
      variables: { ...chosenVersion, ...commandVariables(access.kubeconfig) },
    } as const;
  };
  const [look, change] = [job('planning'), job('provisioning')];
  const { option, env, permissions } = approvalFor(environment, 'at GitHub');
  const chosen = `github.event_name == 'push' || inputs.environment == '${allEnvironments}' || inputs.environment == '${name}'`;
  const earlier = before ? [`provision-${before.name}`] : [];
  // One that was left out before it is no reason to leave it out too, one that failed is.
  const afterAll = (what: string) => `\${{ !cancelled() && !failure() && (${what}) }}`;
  const plan = `plan-${name}`;
  const placed = environment.protected
    ? { needs: ['package', ...earlier], condition: afterAll(chosen) }
    : { needs: ['package'], condition: chosen };
  const { variables, ...common } = look;
  const first = lookJob(facts, environment, { ...common, ...placed, variables });
  const plans: StepVariables = environment.protected ? { PLANS: `\${{ needs.${plan}.outputs.plans }}` } : {};
  return [
    first,
    workflowJob({
      ...change,
      permissions: { ...permissions, ...change.permissions },
      id: `provision-${name}`,
      needs: ['package', environment.protected ? plan : `diff-${name}`, ...earlier],
      condition: afterAll(environment.protected ? `needs.${plan}.outputs.plans != ''` : chosen),
      environment: name,
      steps: [
        commandStep(facts, { command: provisionCommand(name, option), env: { ...change.variables, ...plans, ...env } }),
      ],
    }),
  ];
}

/**
 * Returns the job that shows what would change in an environment. What environments have in common is changed by each: what is
 * to be approved of is planned when the one before is done.
 */
function lookJob(
  facts: PipelineFacts,
  { name, protected: isProtected }: PipelineEnvironment,
  { variables: env, ...job }: Omit<WorkflowJob, 'id' | 'environment' | 'steps'> & { readonly variables: StepVariables },
): Yaml {
  const command = provisionCommand(name, ' --dry-run');
  return workflowJob({
    ...job,
    id: `${isProtected ? 'plan' : 'diff'}-${name}`,
    environment: unattended,
    ...(isProtected ? { settings: planOutputs(['plans']) } : {}),
    steps: [commandStep(facts, { ...(isProtected ? { id: 'plan' } : {}), command, env })],
  });
}
