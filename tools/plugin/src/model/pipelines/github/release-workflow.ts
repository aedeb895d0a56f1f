import { customRegion } from '../custom-region.ts';
import { generatedHeader } from '../generated-file.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { projectAtGitHub } from '../project-of-service.ts';
import { rebuildTime, scheduleRegion } from '../rebuild-schedule.ts';
import { paragraphs, yaml, type Yaml } from '../yaml-template.ts';
import { branchFilter } from './branch-filter.ts';
import { dispatchTrigger } from './dispatch-inputs.ts';
import {
  checkAffectedStep,
  checkToolchainSteps,
  checkoutSteps,
  readyWithHistorySteps,
  syncCheckStep,
} from './job-steps.ts';
import { pinnedActions } from './pinned-actions.ts';
import { buildJob, checkServicesJob, deployJob, outdatedJob, type Released } from './release-jobs.ts';
import { workflowJob } from './workflow-job.ts';
import { workflowName, workflowSettings } from './workflow-settings.ts';

/** No service can be called that. */
const whateverIsOutdated = 'whatever is outdated';

/** Returns the expression that holds where nobody chose one service. */
function isAll({ rebuilds }: PipelineFacts): string {
  const events = rebuilds ? ['push', 'schedule'] : ['push'];
  return [
    ...events.map((event) => `github.event_name == '${event}'`),
    `inputs.service == '${whateverIsOutdated}'`,
  ].join(' || ');
}

const isOneService = `github.event_name == 'workflow_dispatch' && inputs.service != '${whateverIsOutdated}'`;

/** Returns `release.yml`: it releases what the main branch has and the automatic environments have not. */
export function releaseWorkflow(facts: PipelineFacts): Yaml {
  const { services, branch } = facts;
  const choices = [whateverIsOutdated, ...services.map(({ name }) => name)];
  const descriptions = services.flatMap(({ api }) => (api === undefined ? [] : [api]));
  const oneService = oneServiceOf(facts);
  const jobs = [
    outdatedJob(facts, {
      outputs: ['any', 'base', 'failed', ...(facts.rebuilds ? ['rebuild'] : []), 'services'],
    }),
    affectedJob(facts),
    buildJob(facts, whatIsOutdated),
    deployJob(facts, whatIsOutdated),
    checkServicesJob(facts, { id: 'check-one', condition: isOneService, projects: oneService.projects }),
    buildJob(facts, oneService),
    deployJob(facts, oneService),
    ...(facts.rebuilds ? rebuildJobs(facts) : []),
    ...(descriptions.length === 0 ? [] : [specificationJob(descriptions)]),
  ];
  return yaml`
    ${generatedHeader()}
    #
    # Releases what the main branch has and the automatic environments have not: builds, pushes, tags and deploys it.
    # Started by hand, it can also release one service.
    name: ${workflowName(facts, 'release')}
    on:
      push:
        branches: ${[branchFilter(branch)]}
      ${facts.rebuilds ? scheduleTrigger : []}
      ${dispatchTrigger([{ name: 'service', description: 'What to release', choices }])}

    ${workflowSettings(facts)}

    # One run at a time, so that a newer commit never gets the lower build number. GitHub keeps only the newest run that waits and
    # cancels the others. Nothing is lost by that, nor by a run that failed: what is outdated is found by comparing the content of the
    # commit with what is deployed, not with the commit before, and the newest run has all that the others would have brought.
    concurrency:
      group: ${workflowName(facts, 'release')}
      cancel-in-progress: false

    jobs:
      ${paragraphs(jobs)}
  `;
}

function affectedJob(facts: PipelineFacts): Yaml {
  return workflowJob({
    id: 'affected',
    comment: yaml`# From the oldest commit that something outdated was deployed from: what failed before is checked again.`,
    needs: ['outdated'],
    condition: isAll(facts),
    permissions: { contents: 'read' },
    setup: [...readyWithHistorySteps(facts), ...checkToolchainSteps(facts)],
    steps: [syncCheckStep(facts), checkAffectedStep(facts, '${{ needs.outdated.outputs.base }}')],
  });
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
};

function oneServiceOf({ services }: PipelineFacts): Released {
  return {
    suffix: '-one',
    needs: ['outdated', 'check-one'],
    condition: isOneService,
    projects: `\${{ ${projectAtGitHub(services, 'inputs.service')} }}`,
  };
}

/** By schedule, what is outdated is released as by a push, so that such a run may take the place of one that waits. */
const scheduleTrigger = yaml`
  # What is up to date but for an image that it is built on is built again and released, which no push does.
  schedule:
    ${customRegion(scheduleRegion, yaml`- cron: ${rebuildTime}`)}
`;

const moved: Released = {
  suffix: '-moved',
  needs: ['outdated', 'check-moved'],
  condition: "needs.outdated.outputs.rebuild != ''",
  projects: '${{ needs.outdated.outputs.rebuild }}',
  rebuilds: true,
};

/** Returns the jobs that release again what is built on an image that moved. */
function rebuildJobs(facts: PipelineFacts): Yaml[] {
  const condition = `github.event_name == 'schedule' && ${moved.condition}`;
  return [
    checkServicesJob(facts, { id: 'check-moved', needs: ['outdated'], condition, projects: moved.projects }),
    buildJob(facts, moved),
    deployJob(facts, moved),
  ];
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
