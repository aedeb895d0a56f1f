import { customRegion } from '../custom-region.ts';
import { yaml, type Yaml } from '../yaml-template.ts';

/** The rights of a job's token. */
export type Permissions = Readonly<Partial<Record<'contents' | 'deployments' | 'id-token', 'read' | 'write'>>>;

/** One job of a workflow. */
export interface WorkflowJob {
  readonly id: string;
  /** A comment above it. */
  readonly comment?: Yaml;
  readonly needs?: readonly string[];
  /** Expression without which it is left out. */
  readonly condition?: string;
  /** Environment of GitHub whose protection rules come first, and whose secrets it gets. */
  readonly environment?: string;
  readonly permissions: Permissions;
  /** Further settings. */
  readonly settings?: Yaml;
  /** Steps before its own. */
  readonly setup: readonly Yaml[];
  readonly steps: readonly Yaml[];
}

/** Returns a job, for below `jobs:`. Its runner is chosen by a variable of the repository, in one place for all. */
export function workflowJob(job: WorkflowJob): Yaml {
  const permissions = Object.entries(job.permissions).sort(([a], [b]) => (a < b ? -1 : 1));
  return yaml`
    ${job.comment}
    ${job.id}:
      needs: ${job.needs}
      if: ${job.condition}
      runs-on: \${{ vars.${runnerVariable(job)} || 'ubuntu-24.04' }}
      timeout-minutes: 60
      ${job.environment === undefined ? undefined : environmentSection(job.environment)}
      permissions:
        ${Object.fromEntries(permissions)}
      ${job.settings}
      steps:
        ${job.setup}
        ${customRegion(`setup ${job.id}`)}
        ${job.steps}
        ${customRegion(`after ${job.id}`)}
  `;
}

/**
 * Returns the variable that names a job's runner. Jobs that hold no credential run what nobody approved of yet, also what a
 * fork's pull request brings: what they leave behind on a machine must not be there when a job with credentials comes. So
 * they never take the runner of those.
 */
function runnerVariable({ environment, permissions }: WorkflowJob): 'RUNNER' | 'RUNNER_CHECKS' {
  const holdsCredentials = environment !== undefined || Object.values(permissions).includes('write');
  return holdsCredentials ? 'RUNNER' : 'RUNNER_CHECKS';
}

/** Without a deployment of GitHub's own: the plugin reports to GitHub what it deploys, service by service. */
function environmentSection(name: string): Yaml {
  return yaml`
    environment:
      name: ${name}
      deployment: false
  `;
}
