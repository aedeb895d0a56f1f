import { approvalFor } from '../approval.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { clusterAccess, unattended } from './cluster-access.ts';
import { dispatchLines } from './dispatch-inputs.ts';
import { commandStep, commandVariables, readySteps } from './job-steps.ts';
import { branchFilter, workflowHeader } from './workflow-file.ts';
import { jobLines } from './workflow-job.ts';
import { yamlScalar } from './yaml-scalar.ts';

const allEnvironments = 'all environments';

/** `provision.yml`: rolls out the clusters' own configuration, environment by environment. */
export function provisionWorkflow({ environments, branch }: PipelineFacts): string {
  return [
    workflowHeader(
      "Rolls out the clusters' own configuration, environment by environment: the difference first, then, behind the protection rules of",
      'the environment of the same name at GitHub, the change. Started by hand with the tag of an earlier one, it goes back to that; without',
      'a tag, a run that waited for approval until something newer was there changes nothing.',
    ),
    'name: provision',
    'on:',
    '  push:',
    `    branches: [${yamlScalar(branchFilter(branch))}]`,
    '    paths:',
    "      - 'Infrastructure/kubernetes/**'",
    "      - 'Infrastructure/environments/**'",
    ...dispatchLines([
      {
        name: 'environment',
        description: 'Where',
        choices: [allEnvironments, ...environments.map(({ name }) => name)],
      },
      { name: 'tag', description: 'Provisioning (20261124-1); left empty, this commit is packaged' },
    ]),
    '',
    'permissions: {}',
    '',
    'jobs:',
    ...jobLines({
      id: 'package',
      permissions: { contents: 'write' },
      setup: readySteps,
      steps: [
        commandStep('npx nx run infrastructure:package', { GITHUB_TOKEN: '${{ github.token }}' }, [
          "if: inputs.tag == ''",
        ]),
      ],
    }),
    ...environments.flatMap((environment, index) => provisionLines(environment, environments[index - 1])),
    '',
  ].join('\n');
}

function provisionLines(environment: PipelineEnvironment, before: PipelineEnvironment | undefined): string[] {
  const { name } = environment;
  const access = clusterAccess([environment], 'provisioning');
  const variables = { TAG: '${{ inputs.tag }}', ...commandVariables(access.kubeconfig) };
  const permissions = { contents: 'read', ...access.permissions } as const;
  const { option, env } = approvalFor(environment, 'at GitHub');
  const chosen = `github.event_name == 'push' || inputs.environment == '${allEnvironments}' || inputs.environment == '${name}'`;
  const command = (way: string) => `npx nx run infrastructure:provision --env=${name}${way} \${TAG:+--tag="$TAG"}`;
  return [
    '',
    ...jobLines({
      id: `diff-${name}`,
      needs: ['package'],
      condition: chosen,
      environment: unattended,
      permissions,
      setup: [...readySteps, ...access.steps],
      steps: [commandStep(command(' --dryRun'), variables)],
    }),
    '',
    ...jobLines({
      id: `provision-${name}`,
      needs: ['package', `diff-${name}`, ...(before ? [`provision-${before.name}`] : [])],
      // One that was left out before it is no reason to leave it out too, one that failed is.
      condition: `\${{ !cancelled() && !failure() && (${chosen}) }}`,
      environment: name,
      permissions,
      setup: [...readySteps, ...access.steps],
      steps: [commandStep(command(option), { ...variables, ...env })],
    }),
  ];
}
