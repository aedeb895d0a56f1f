/** An action that the page offers. `rollback-environment` is `infrastructure:rollback`: all services of one environment. */
export type DashboardAction = 'promote' | 'rollback' | 'release' | 'rollback-environment';

/** Reports whether an action takes back what was deployed: it needs a reason, and no approval. */
export function isGoingBack(action: DashboardAction): boolean {
  return action === 'rollback' || action === 'rollback-environment';
}

/** A wish for a plan, as the page sends it. */
export interface PlanWish {
  readonly action: DashboardAction;
  /** In the order in which they are shown; none where an environment goes back, whose records say which. */
  readonly services: readonly string[];
  /** The environment that is changed. Of a release it may be left out: all automatic ones then. */
  readonly to?: string;
  /** The environment that verified what is promoted. */
  readonly from?: string;
  /** A build, of one service: `20261124-1`. Without it, what the command takes without `--tag`. */
  readonly tag?: string;
  /** The moment at which an environment was as it shall be, ISO 8601 in UTC. */
  readonly at?: string;
}

/**
 * A plan, as the server made it. The page sends back its id and nothing of its content: what is done is this, or nothing.
 * Times are ISO 8601 in UTC, by the server's clock.
 */
export interface ActionPlan {
  readonly id: string;
  readonly action: DashboardAction;
  /** The environments that it changes, by name. */
  readonly environments: readonly string[];
  /** `Put orders 20261125-2 into prod, in place of 20261124-1`. */
  readonly title: string;
  /** Verb, object and place: `Promote orders 20261125-2 to prod`. */
  readonly button: string;
  /** The person, and the machine, that it is recorded as. */
  readonly by: { readonly person: string; readonly run: string };
  /** The account of the token that does it, in a protected environment: it is recorded as the approver. */
  readonly approvedBy?: string;
  readonly madeAt: string;
  readonly expiresAt: string;
  /** False when there is nothing to do, or all of it is refused. */
  readonly isReady: boolean;
  /** A word to be typed before it may be confirmed, and why. */
  readonly typed?: { readonly text: string; readonly reasons: readonly string[] };
  readonly needsReason: boolean;
  /** False: a service that fails stops no other. */
  readonly stopsAtFailure: boolean;
  /** The command that does the same for all services; left out where each has its own. */
  readonly command?: string;
  /** Those that are refused first, then those with nothing to do. */
  readonly services: readonly PlannedService[];
}

/** The plan of one service. */
export interface PlannedService {
  readonly service: string;
  readonly state: 'ready' | 'nothing' | 'refused';
  /** The work as a sentence; or why there is none, or why it is refused. */
  readonly sentence: string;
  readonly build?: string;
  /** Full object name. */
  readonly commit?: string;
  readonly replaces?: string;
  /** The command that does the same. */
  readonly command: string;
  /** Of a refusal: what to do, and the command that overrides it, which is for a terminal. */
  readonly refusal?: { readonly type: string; readonly remedy: string; readonly override?: string };
  /** Commits that the environment has now, and would not have any more. */
  readonly lost: readonly PlannedCommit[];
  readonly gained: readonly PlannedCommit[];
  /** Why commits, API and fields are not known, as sentences. */
  readonly unknown: readonly string[];
  /** Operations of the API that may break clients, as lines. */
  readonly breaks: readonly string[];
  /** Names of the jobs that would run before the code is replaced. */
  readonly migrations: readonly string[];
  /** Objects and fields that change, as lines. */
  readonly changes: readonly string[];
  /** Lines that the command would print while it checks: soak, proof, image, approval. */
  readonly checks: readonly string[];
  readonly warnings: readonly string[];
}

export interface PlannedCommit {
  /** Full object name. */
  readonly id: string;
  readonly author: string;
  readonly subject: string;
}

/** The body of a confirmation. */
export interface RunWish {
  /** Id of the plan. */
  readonly plan: string;
  /** The text that was typed, where the plan asks for one. */
  readonly typed?: string;
  readonly reason?: string;
}

/** The answer to a confirmation of a plan that holds no more: nothing was done. */
export interface PlanChanged {
  readonly type: 'plan-changed';
  /** The differences since, as sentences. */
  readonly changes: readonly string[];
  /** The plan of now, which is another one: it has to be confirmed again. */
  readonly plan: ActionPlan;
}
