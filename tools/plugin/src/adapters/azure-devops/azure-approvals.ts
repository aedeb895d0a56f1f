import { nameOf } from '../../model/ci/ci-run.ts';
import type { ApprovalFacts, ApprovalReview } from '../../model/deploy/approval.ts';
import type { AzureRun } from '../../model/forge/run-at-forge.ts';
import type { RunApprovals } from '../../ports/approvals.ts';
import { AzureDevOps } from './azure-devops.ts';

/** The part of a record of a build's timeline that is read. */
interface TimelineRecord {
  readonly id: string;
  readonly parentId?: string | null;
  readonly type: string;
  readonly identifier?: string | null;
}

interface Identity {
  readonly id?: string;
  readonly displayName?: string;
  readonly uniqueName?: string;
  /** `aad.…` of a person, `svc.…` of a build, `aadsp.…` of an application. */
  readonly descriptor?: string;
  readonly isContainer?: boolean;
}

interface CheckConfiguration {
  readonly type?: { readonly name?: string };
  readonly isDisabled?: boolean;
  readonly settings?: { readonly approvers?: readonly Identity[]; readonly requesterCannotBeApprover?: boolean };
}

interface KeptApproval {
  readonly steps?: readonly {
    readonly status?: string;
    readonly assignedApprover?: Identity;
    readonly actualApprover?: Identity | null;
  }[];
}

interface Listing<T> {
  readonly value?: readonly T[];
}

/** An environment, and those whom it waits for. */
interface Guard extends Pick<ApprovalFacts, 'environment' | 'allowsSelfReview'> {
  /** Ids of those who are asked to approve. */
  readonly approvers: ReadonlySet<string>;
}

/** The approvals of a run of Azure Pipelines, by the checks of the environment. */
export class AzureApprovals implements RunApprovals {
  readonly forge = 'Azure DevOps';
  readonly witness = 'azure-check';
  private readonly run: AzureRun;
  private readonly devOps: AzureDevOps;
  private readonly asked = new Map<string, Promise<ApprovalFacts>>();

  /** @param token of the job: `System.AccessToken`. */
  constructor(run: AzureRun, token: string) {
    this.run = run;
    this.devOps = new AzureDevOps(run, token);
  }

  setupOf(environment: string): string {
    const { collection, project } = this.run;
    return `Add the check "Approvals" to it: ${collection}${encodeURIComponent(project)}/_environments, "${environment}".`;
  }

  factsOf(environment: string): Promise<ApprovalFacts> {
    const known = this.asked.get(environment) ?? this.ask(environment);
    this.asked.set(environment, known);
    return known;
  }

  private async ask(environment: string): Promise<ApprovalFacts> {
    const [{ approvers, ...guard }, otherRun, approvals] = await Promise.all([
      this.guardOf(environment),
      this.otherRun(),
      this.approvals(),
    ]);
    // A stage waits for the checks of all that it uses: those of this environment ask these people.
    const reviews = approvals
      .flatMap(({ steps = [] }) => steps)
      .filter(({ assignedApprover }) => approvers.has(assignedApprover?.id ?? ''))
      .flatMap(({ status, actualApprover }) => reviewOf(status, actualApprover ?? undefined));
    return { ...guard, otherRun, reviews };
  }

  private async guardOf(environment: string): Promise<Guard> {
    const found = await this.devOps.get<Listing<{ id: number; name: string }>>('distributedtask/environments', {
      name: environment,
    });
    const meant = found?.value?.find(({ name }) => name.toLowerCase() === environment.toLowerCase());
    if (!meant) return { environment: 'missing', allowsSelfReview: true, approvers: new Set() };
    const checks = await this.devOps.get<Listing<CheckConfiguration>>('pipelines/checks/configurations', {
      resourceType: 'environment',
      resourceId: String(meant.id),
      $expand: 'settings',
    });
    const asking = (checks?.value ?? []).filter(({ type, isDisabled }) => type?.name === 'Approval' && !isDisabled);
    const ids = asking.flatMap(({ settings }) => settings?.approvers ?? []).flatMap(({ id }) => id ?? []);
    return {
      environment: ids.length > 0 ? 'reviewed' : 'open',
      allowsSelfReview: !asking.every(({ settings }) => settings?.requesterCannotBeApprover),
      approvers: new Set(ids),
    };
  }

  private async otherRun(): Promise<string | undefined> {
    const { build } = this.run;
    const found = await this.devOps.get<{ status?: string }>(`build/builds/${build}`);
    if (!found) return `there is no run ${build} in this project`;
    return found.status === 'inProgress' ? undefined : `run ${build} is over (${found.status ?? 'no status'})`;
  }

  /** The approvals that the stage waited for, in its current attempt. */
  private async approvals(): Promise<readonly KeptApproval[]> {
    const { build, stage } = this.run;
    const timeline = await this.devOps.get<{ records?: readonly TimelineRecord[] }>(`build/builds/${build}/timeline`);
    const records = timeline?.records ?? [];
    const below = (parents: readonly TimelineRecord[], type: string) =>
      records.filter((each) => each.type === type && parents.some(({ id }) => id === each.parentId));
    const stages = records.filter(({ type, identifier }) => type === 'Stage' && identifier === stage);
    // The record of an approval has its id.
    const ids = below(below(stages, 'Checkpoint'), 'Checkpoint.Approval').map(({ id }) => id);
    if (ids.length === 0) return [];
    const query = { approvalIds: ids.join(','), $expand: 'steps' };
    return (await this.devOps.get<Listing<KeptApproval>>('pipelines/approvals', query))?.value ?? [];
  }
}

function reviewOf(status: string | undefined, who: Identity | undefined): ApprovalReview[] {
  const name = nameOf(who?.uniqueName) ?? nameOf(who?.displayName);
  if (name === undefined || (status !== 'approved' && status !== 'rejected')) return [];
  const isPerson = who?.isContainer !== true && !/^(?:svc|aadsp|s2s|bnd)\./.test(who?.descriptor ?? '');
  return [{ name, isPerson, isApproved: status === 'approved' }];
}
