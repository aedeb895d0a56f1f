import { customRegion } from './workflow-file.ts';
import { yamlScalar } from './yaml-scalar.ts';

/** What a job's token may do. */
export type Permissions = Readonly<Partial<Record<'contents' | 'deployments' | 'id-token', 'read' | 'write'>>>;

/** One job of a workflow. */
export interface WorkflowJob {
  readonly id: string;
  /** Lines that say what is not seen. */
  readonly comment?: readonly string[];
  readonly needs?: readonly string[];
  /** Expression without which it is left out. */
  readonly condition?: string;
  /** Environment of GitHub whose protection rules come first, and whose secrets it gets. */
  readonly environment?: string;
  readonly permissions: Permissions;
  /** Further settings, as lines. */
  readonly settings?: readonly string[];
  /** Steps before its own, each as lines, the first without its dash. */
  readonly setup: readonly (readonly string[])[];
  readonly steps: readonly (readonly string[])[];
}

/** A job as lines below `jobs:`. Its runner is chosen by the variable RUNNER of the repository, in one place for all. */
export function jobLines(job: WorkflowJob): string[] {
  const permissions = Object.entries(job.permissions).sort(([a], [b]) => (a < b ? -1 : 1));
  const body = [
    ...(job.needs ? [`needs: [${job.needs.join(', ')}]`] : []),
    ...(job.condition === undefined ? [] : [`if: ${job.condition}`]),
    "runs-on: ${{ vars.RUNNER || 'ubuntu-24.04' }}",
    'timeout-minutes: 60',
    ...(job.environment === undefined ? [] : environmentLines(job.environment)),
    'permissions:',
    ...permissions.map(([name, access]) => `  ${name}: ${access}`),
    ...(job.settings ?? []),
    'steps:',
    ...job.setup.flatMap(stepLines),
    ...indented(customRegion(`setup ${job.id}`)),
    ...job.steps.flatMap(stepLines),
    ...indented(customRegion(`after ${job.id}`)),
  ];
  return indented([...(job.comment ?? []).map((line) => `# ${line}`), `${job.id}:`, ...indented(body)]);
}

/** Without a deployment of GitHub's own: the plugin tells GitHub what it deploys, service by service. */
function environmentLines(name: string): string[] {
  return ['environment:', `  name: ${yamlScalar(name)}`, '  deployment: false'];
}

function stepLines([first = '', ...others]: readonly string[]): string[] {
  return indented([`- ${first}`, ...indented(others)]);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}
