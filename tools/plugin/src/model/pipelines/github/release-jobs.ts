import { automaticEnvironments } from '../../environment/environment.ts';
import { failedBuildsVariable } from '../../product/wire-names.ts';
import { buildCommands, checkTargets, deployCommand, type StepVariables } from '../nx-command.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { building, clusterAccess, registryAccess, unattended } from './cluster-access.ts';
import {
  checkToolchainSteps,
  commandStep,
  commandVariables,
  deployVariables,
  readySteps,
  readyWithHistorySteps,
  releaseToolchainSteps,
} from './job-steps.ts';
import { workflowJob } from './workflow-job.ts';

const projectsOption = '-p "$PROJECTS"';

/** The services that jobs release: those that a job before found, or one that somebody chose. */
export interface Released {
  /** End of the jobs' names. */
  readonly suffix: '' | '-one' | '-moved';
  readonly needs: readonly [string, ...string[]];
  readonly condition: string;
  /** Further settings: how the jobs are split. */
  readonly settings?: Yaml;
  readonly projects: string;
  /** True when they are built again for what they are built on. */
  readonly rebuilds?: boolean;
}

/** Returns the job that finds what is not deployed as the commit has it, and puts out what others need to know of that. */
export function outdatedJob(facts: PipelineFacts, { outputs }: { readonly outputs: readonly string[] }): Yaml {
  const access = clusterAccess(automaticEnvironments(facts.environments), 'planning');
  const command = 'nx run infrastructure:outdated --matrix';
  return workflowJob({
    id: 'outdated',
    environment: unattended,
    permissions: { contents: 'read', ...access.permissions },
    settings: yaml`
      outputs:
        ${Object.fromEntries(outputs.map((name) => [name, `\${{ steps.outdated.outputs.${name} }}`]))}
    `,
    setup: [...readySteps(facts), ...access.steps],
    steps: [commandStep(facts, { id: 'outdated', command, env: commandVariables(access.kubeconfig) })],
  });
}

/** Returns the job that checks some services, and holds no credential. */
export function checkServicesJob(
  facts: PipelineFacts,
  job: {
    readonly id: string;
    readonly needs?: readonly string[];
    readonly condition: string;
    readonly projects: string;
  },
): Yaml {
  const { projects, ...placed } = job;
  const command = `nx run-many -t ${checkTargets} ${projectsOption}`;
  return workflowJob({
    ...placed,
    permissions: { contents: 'read' },
    setup: [...readyWithHistorySteps(facts), ...checkToolchainSteps(facts)],
    steps: [commandStep(facts, { command, env: { PROJECTS: projects } })],
  });
}

/** Returns the job that builds, pushes and tags. It may write to the repository and the registry, and reaches no cluster. */
export function buildJob(facts: PipelineFacts, released: Released): Yaml {
  const { suffix, needs, condition, settings, projects, rebuilds = false } = released;
  const [build, release] = buildCommands(projectsOption, rebuilds);
  const env = { PROJECTS: projects };
  const told: StepVariables = rebuilds ? {} : { [failedBuildsVariable]: '${{ needs.outdated.outputs.failed }}' };
  const registry = registryAccess(automaticEnvironments(facts.environments));
  return workflowJob({
    id: `build${suffix}`,
    comment: yaml`# Builds, pushes and tags. What is built runs where no credential of a cluster is.`,
    needs,
    condition,
    environment: building,
    permissions: { contents: 'write', ...registry.permissions },
    ...(settings ? { settings } : {}),
    setup: [...readySteps(facts), ...releaseToolchainSteps(facts), ...registry.steps],
    steps: [
      commandStep(facts, { command: build, env }),
      commandStep(facts, { command: release, env: { ...env, ...told, GITHUB_TOKEN: '${{ github.token }}' } }),
    ],
  });
}

/** Returns the job that deploys what has been built. */
export function deployJob(facts: PipelineFacts, released: Released): Yaml {
  const { suffix, needs, condition, settings, projects } = released;
  const automatic = automaticEnvironments(facts.environments);
  const access = clusterAccess(automatic);
  const checks = needs.map((id) => `needs.${id}.result == 'success'`).join(' && ');
  return workflowJob({
    id: `release${suffix}`,
    comment: yaml`# Deploys what was built; what could not be built is refused here.`,
    needs: [...needs, `build${suffix}`],
    condition: `\${{ !cancelled() && ${checks} && ${condition} }}`,
    environment: unattended,
    permissions: { contents: 'read', deployments: 'write', ...access.permissions },
    ...(settings ? { settings } : {}),
    setup: [...readySteps(facts), ...access.steps],
    steps: [
      commandStep(facts, {
        command: deployCommand(projectsOption),
        env: { PROJECTS: projects, ...deployVariables(automatic, access.kubeconfig) },
      }),
    ],
  });
}
