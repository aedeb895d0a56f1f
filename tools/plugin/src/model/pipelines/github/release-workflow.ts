import { automaticEnvironments } from '../../environment/environment.ts';
import { generatedHeader } from '../generated-file.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { paragraphs, yaml, type Yaml } from '../yaml-template.ts';
import { branchFilter } from './branch-filter.ts';
import { clusterAccess, unattended, type ClusterAccess } from './cluster-access.ts';
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

/** No service can be called that. */
const whateverIsOutdated = 'whatever is outdated';

/** Returns `release.yml`: it releases what the main branch has and the automatic environments have not. */
export function releaseWorkflow(facts: PipelineFacts): Yaml {
  const { services, environments, branch } = facts;
  const access = clusterAccess(automaticEnvironments(environments));
  const choices = [whateverIsOutdated, ...services.map(({ name }) => name)];
  const descriptions = services.flatMap(({ api }) => (api === undefined ? [] : [api]));
  const jobs = [
    outdatedJob(access),
    affectedJob(facts),
    releaseJob(facts, access),
    releaseOneJob(facts, access),
    ...(descriptions.length === 0 ? [] : [specificationJob(descriptions)]),
  ];
  return yaml`
    ${generatedHeader}
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

function releaseJob(facts: PipelineFacts, access: ClusterAccess): Yaml {
  const automatic = automaticEnvironments(facts.environments);
  const release = commandStep({
    command: 'npx nx run-many -t release -p "$PROJECTS"',
    env: { PROJECTS: '${{ matrix.projects }}', ...deployVariables(automatic, access.kubeconfig) },
  });
  return workflowJob({
    id: 'release',
    needs: ['outdated', 'affected'],
    condition: "needs.outdated.outputs.any == 'true'",
    environment: unattended,
    permissions: releasePermissions(access),
    settings: yaml`
      strategy:
        # A service that cannot be released is no reason to leave out others.
        fail-fast: false
        matrix: \${{ fromJSON(needs.outdated.outputs.services) }}
    `,
    setup: [...readySteps, ...releaseToolchainSteps(facts), ...access.steps],
    steps: [release],
  });
}

function releaseOneJob(facts: PipelineFacts, access: ClusterAccess): Yaml {
  const automatic = automaticEnvironments(facts.environments);
  const release = commandStep({
    command: 'npx nx run "$SERVICE:release"',
    env: { SERVICE: '${{ inputs.service }}', ...deployVariables(automatic, access.kubeconfig) },
  });
  return workflowJob({
    id: 'release-one',
    condition: `github.event_name == 'workflow_dispatch' && inputs.service != '${whateverIsOutdated}'`,
    environment: unattended,
    permissions: releasePermissions(access),
    setup: [...readySteps, ...releaseToolchainSteps(facts), ...access.steps],
    steps: [release],
  });
}

function releasePermissions(access: ClusterAccess) {
  return { contents: 'write', deployments: 'write', ...access.permissions } as const;
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
