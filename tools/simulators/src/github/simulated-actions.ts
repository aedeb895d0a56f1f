import { simulatedUser, simulatorTime as now } from './simulated-user.ts';

type Body = Readonly<Record<string, unknown>>;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A review of a run's jobs that wait for environments. */
interface Review {
  readonly environments: readonly string[];
  readonly state: 'approved' | 'rejected';
  readonly user: Body;
  readonly comment: string;
}

interface Run {
  status: 'in_progress' | 'waiting' | 'completed';
  attempt: number;
  readonly reviews: Review[];
}

interface GuardedEnvironment {
  readonly id: number;
  readonly name: string;
  /** Logins; none for an environment without that rule. */
  readonly reviewers: readonly string[];
  readonly preventsSelfReview: boolean;
}

/** Somebody, or an app, that reviews. */
interface Reviewer {
  readonly login: string;
  readonly type?: 'User' | 'Bot';
}

/** Runs of workflows, environments with their protection rules, and reviews: as far as it is asked who approved. */
export class SimulatedActions {
  private readonly runs = new Map<number, Run>();
  private readonly environments = new Map<string, GuardedEnvironment>();
  private readonly api: () => string;
  private count = 100;

  constructor(api: () => string) {
    this.api = api;
  }

  /** Makes an environment, or changes its rules. GitHub takes names for the same that differ in case only. */
  addEnvironment(name: string, reviewers: readonly string[] = [], preventsSelfReview = false): void {
    this.environments.set(name.toLowerCase(), { id: ++this.count, name, reviewers, preventsSelfReview });
  }

  /** Begins a run, whose job waits for an environment. */
  begin(id: number): void {
    this.runs.set(id, { status: 'waiting', attempt: 1, reviews: [] });
  }

  /**
   * Reviews a run for environments. As at GitHub, who is no reviewer of all of them may not; an app's way to approve is a
   * protection rule of its own, which is not looked at here.
   */
  review(id: number, state: Review['state'], { login, type = 'User' }: Reviewer, ...names: readonly string[]): void {
    const run = this.runs.get(id);
    if (run?.status !== 'waiting') throw new Error(`run ${id} waits for nobody`);
    const asked = names.map((name) => this.environments.get(name.toLowerCase()));
    const may = asked.every((environment) => environment?.reviewers.includes(login) || type === 'Bot');
    if (!may) throw new Error(`${login} is no reviewer of ${names.join(', ')}`);
    const user = simulatedUser(login, type);
    // The newest first.
    run.reviews.unshift({ environments: asked.map((each) => each!.name), state, user, comment: '' });
    run.status = state === 'approved' ? 'in_progress' : 'completed';
  }

  /** Has another of a run's jobs wait. */
  waitAgain(id: number): void {
    this.runs.get(id)!.status = 'waiting';
  }

  /** Ends a run. */
  end(id: number): void {
    this.runs.get(id)!.status = 'completed';
  }

  /** Runs it again: its reviews stay, and the job waits anew. */
  rerun(id: number): void {
    const run = this.runs.get(id)!;
    run.attempt += 1;
    run.status = 'waiting';
  }

  /** Lets a job of a run go on that waits for nobody: its environment has no rules. */
  proceed(id: number): void {
    this.runs.get(id)!.status = 'in_progress';
  }

  /** @returns undefined where GitHub has nothing of the kind. @param operation below the repository. */
  answer(operation: string, values: Readonly<Record<string, string>>): Answer | undefined {
    const id = Number(values['run_id']);
    const run = this.runs.get(id);
    switch (operation) {
      case 'GET /actions/runs/{run_id}':
        return run && { status: 200, body: this.showRun(id, run) };
      case 'GET /actions/runs/{run_id}/approvals':
        return run && { status: 200, body: run.reviews.map((review) => this.showReview(review)) };
      case 'GET /environments/{environment_name}': {
        const environment = this.environments.get(values['environment_name']!.toLowerCase());
        return environment && { status: 200, body: this.showEnvironment(environment) };
      }
    }
    return undefined;
  }

  private showReview({ environments, ...review }: Review): Body {
    return {
      ...review,
      environments: environments.map((name) => this.place(this.environments.get(name.toLowerCase())!)),
    };
  }

  private showEnvironment(environment: GuardedEnvironment): Body {
    const { id, reviewers, preventsSelfReview } = environment;
    const branches = { id: id * 10, node_id: 'GA_1', type: 'branch_policy' };
    const asked = {
      id: id * 10 + 1,
      node_id: 'GA_2',
      type: 'required_reviewers',
      prevent_self_review: preventsSelfReview,
      reviewers: reviewers.map((login) => ({ type: 'User', reviewer: simulatedUser(login) })),
    };
    return {
      ...this.place(environment),
      protection_rules: [branches, ...(reviewers.length > 0 ? [asked] : [])],
      deployment_branch_policy: { protected_branches: true, custom_branch_policies: false },
    };
  }

  private place({ id, name }: GuardedEnvironment): Body {
    return {
      ...{ id, node_id: `EN_${id}`, name, created_at: now, updated_at: now },
      url: `${this.repository}/environments/${encodeURIComponent(name)}`,
      html_url: `https://github.com/acme/shop/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    };
  }

  private showRun(id: number, { status, attempt }: Run): Body {
    const url = `${this.repository}/actions/runs/${id}`;
    const names = ['jobs', 'logs', 'check_suite', 'artifacts', 'cancel', 'rerun', 'workflow'];
    const repository = this.showRepository();
    return {
      ...{ id, node_id: `WFR_${id}`, url, html_url: `https://github.com/acme/shop/actions/runs/${id}` },
      ...{ name: 'promote', display_title: 'promote', path: '.github/workflows/promote.yml', workflow_id: 7 },
      ...{ head_branch: 'main', head_sha: 'c'.repeat(40), head_commit: null, event: 'workflow_dispatch' },
      ...{ run_number: 1, run_attempt: attempt, status, conclusion: status === 'completed' ? 'success' : null },
      ...{ created_at: now, updated_at: now, run_started_at: now, previous_attempt_url: null, pull_requests: [] },
      ...{
        actor: simulatedUser('ada'),
        triggering_actor: simulatedUser('ada'),
        repository,
        head_repository: repository,
      },
      ...Object.fromEntries(names.map((name) => [`${name}_url`, `${url}/${name}`])),
    };
  }

  private showRepository(): Body {
    const addresses =
      'archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks git_commits git_refs git_tags hooks html issue_comment issue_events issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees';
    return {
      ...{ id: 1, node_id: 'R_1', name: 'shop', full_name: 'acme/shop', private: true, fork: false, description: null },
      ...{ owner: simulatedUser('acme', 'Organization'), url: this.repository },
      ...Object.fromEntries(addresses.split(' ').map((name) => [`${name}_url`, `${this.repository}/${name}`])),
    };
  }

  private get repository(): string {
    return `${this.api()}/repos/acme/shop`;
  }
}
