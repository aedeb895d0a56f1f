import { automaticEnvironments } from '../../environment/environment.ts';
import { generatedHeader } from '../generated-file.ts';
import { buildCommands, checkTargets, deployCommand, type StepVariables } from '../nx-command.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { paragraphs, yaml, type Yaml } from '../yaml-template.ts';
import { branchFilter } from './branch-filter.ts';
import { building, clusterAccess, registryAccess, unattended, type ClusterAccess } from './cluster-access.ts';
import { dispatchTrigger } from './dispatch-inputs.ts';
import {
  checkAffectedStep,
  checkToolchainSteps,
  checkoutSteps,
  commandStep,
  commandVariables,
  deployVariables,
  readySteps,
  readyWithHistorySteps,
  releaseToolchainSteps,
  syncCheckStep,
} from './job-steps.ts';
import { pinnedActions } from './pinned-actions.ts';
import { workflowJob } from './workflow-job.ts';
import { failedBuildsVariable } from '../../product/wire-names.ts';

/** No service can be called that. */
const whateverIsOutdated = 'whatever is outdated';

const projectsOption = '-p "$PROJECTS"';

/** Returns `release.yml`: it releases what the main branch has and the automatic environments have not. */
export function releaseWorkflow(facts: PipelineFacts): Yaml {
  const { services, environments, branch } = facts;
  const automatic = automaticEnvironments(environments);
  const access = clusterAccess(automatic);
  const choices = [whateverIsOutdated, ...services.map(({ name }) => name)];
  const descriptions = services.flatMap(({ api }) => (api === undefined ? [] : [api]));
  const jobs = [
    outdatedJob(clusterAccess(automatic, 'planning')),
    affectedJob(facts),
    buildJob(facts, whatIsOutdated),
    deployJob(facts, access, whatIsOutdated),
    checkOneJob(facts),
    buildJob(facts, oneService),
    deployJob(facts, access, oneService),
    ...(descriptions.length === 0 ? [] : [specificationJob(descriptions)]),
  ];
  return yaml`
    ${generatedHeader()}
    #
    # Releases what the main branch has and the automatic environments have not: builds, pushes, tags and deploys it.
    # Started by hand, it can also release one service.
    name: release
    on:
      push:
        branches: ${[branchFilter(branch)]}
      ${dispatchTrigger([{ name: 'service', description: 'What to release', choices }])}

    permissions: {}

    # One run at a time, so that a newer commit never gets the lower build number. GitHub keeps only the newest run that waits and
    # cancels the others. Nothing is lost by that, nor by a run that failed: what is outdated is found by comparing the content of the
    # commit with what is deployed, not with the commit before, and the newest run has all that the others would have brought.
    concurrency:
      group: release
      cancel-in-progress: false

    jobs:
      ${paragraphs(jobs)}
  `;
}

function outdatedJob(access: ClusterAccess): Yaml {
  const command = 'npx nx run infrastructure:outdated --matrix';
  return workflowJob({
    id: 'outdated',
    condition: `github.event_name == 'push' || inputs.service == '${whateverIsOutdated}'`,
    environment: unattended,
    permissions: { contents: 'read', ...access.permissions },
    settings: yaml`
      outputs:
        any: \${{ steps.outdated.outputs.any }}
        base: \${{ steps.outdated.outputs.base }}
        failed: \${{ steps.outdated.outputs.failed }}
        services: \${{ steps.outdated.outputs.services }}
    `,
    setup: [...readySteps, ...access.steps],
    steps: [commandStep({ id: 'outdated', command, env: commandVariables(access.kubeconfig) })],
  });
}

function affectedJob(facts: PipelineFacts): Yaml {
  return workflowJob({
    id: 'affected',
    comment: yaml`# From the oldest commit that something outdated was deployed from: what failed before is checked again.`,
    needs: ['outdated'],
    permissions: { contents: 'read' },
    setup: [...readyWithHistorySteps, ...checkToolchainSteps(facts)],
    steps: [syncCheckStep, checkAffectedStep('${{ needs.outdated.outputs.base }}')],
  });
}

/** The services that are released: by the jobs that were asked, or one service that somebody chose. */
interface Released {
  /** End of the jobs' names. */
  readonly suffix: '' | '-one';
  readonly needs: readonly [string, ...string[]];
  readonly condition: string;
  /** Further settings: how the jobs are split. */
  readonly settings?: Yaml;
  readonly projects: string;
  /** Builds of them that ran nowhere. */
  readonly failed?: string;
}

const whatIsOutdated: Released = {
  suffix: '',
  needs: ['outdated', 'affected'],
  condition: "needs.outdated.outputs.any == 'true'",
  settings: yaml`
    strategy:
      # A service that cannot be released is no reason to leave out others.
      fail-fast: false
      matrix: \${{ fromJSON(needs.outdated.outputs.services) }}
  `,
  projects: '${{ matrix.projects }}',
  failed: '${{ needs.outdated.outputs.failed }}',
};

const isOneService = `github.event_name == 'workflow_dispatch' && inputs.service != '${whateverIsOutdated}'`;

const oneService: Released = {
  suffix: '-one',
  needs: ['check-one'],
  condition: isOneService,
  projects: '${{ inputs.service }}',
};

/** Returns the job that checks the service that somebody chose. */
function checkOneJob(facts: PipelineFacts): Yaml {
  const command = `npx nx run-many -t ${checkTargets} ${projectsOption}`;
  return workflowJob({
    id: 'check-one',
    condition: isOneService,
    permissions: { contents: 'read' },
    setup: [...readyWithHistorySteps, ...checkToolchainSteps(facts)],
    steps: [commandStep({ command, env: { PROJECTS: oneService.projects } })],
  });
}

/** Returns the job that builds, pushes and tags. It may write to the repository and the registry, and reaches no cluster. */
function buildJob(facts: PipelineFacts, { suffix, needs, condition, settings, projects, failed }: Released): Yaml {
  const [build, release] = buildCommands(projectsOption);
  const env = { PROJECTS: projects };
  const told: StepVariables = failed === undefined ? {} : { [failedBuildsVariable]: failed };
  const registry = registryAccess(automaticEnvironments(facts.environments));
  return workflowJob({
    id: `build${suffix}`,
    comment: yaml`# Builds, pushes and tags. What is built runs where no credential of a cluster is.`,
    needs,
    condition,
    environment: building,
    permissions: { contents: 'write', ...registry.permissions },
    settings,
    setup: [...readySteps, ...releaseToolchainSteps(facts), ...registry.steps],
    steps: [
      commandStep({ command: build, env }),
      commandStep({ command: release, env: { ...env, ...told, GITHUB_TOKEN: '${{ github.token }}' } }),
    ],
  });
}

/** Returns the job that deploys what has been built. */
function deployJob(facts: PipelineFacts, access: ClusterAccess, released: Released): Yaml {
  const { suffix, needs, condition, settings, projects } = released;
  const automatic = automaticEnvironments(facts.environments);
  const checks = needs.map((id) => `needs.${id}.result == 'success'`).join(' && ');
  return workflowJob({
    id: `release${suffix}`,
    comment: yaml`# Deploys what was built; what could not be built is refused here.`,
    needs: [...needs, `build${suffix}`],
    condition: `\${{ !cancelled() && ${checks} && ${condition} }}`,
    environment: unattended,
    permissions: { contents: 'read', deployments: 'write', ...access.permissions },
    settings,
    setup: [...readySteps, ...access.steps],
    steps: [
      commandStep({
        command: deployCommand(projectsOption),
        env: { PROJECTS: projects, ...deployVariables(automatic, access.kubeconfig) },
      }),
    ],
  });
}

/** Returns the job that keeps the API descriptions as the commit has them: API Management imports them from there. */
function specificationJob(paths: readonly string[]): Yaml {
  return workflowJob({
    id: 'specification',
    comment: yaml`# API descriptions as this commit has them, for those who import them.`,
    permissions: { contents: 'read' },
    setup: checkoutSteps,
    steps: [
      yaml`
        - uses: ${pinnedActions.uploadArtifact}
          with:
            name: specification
            path: |
              ${paths.join('\n')}
      `,
    ],
  });
}
