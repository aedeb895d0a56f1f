import type { RunLine } from '../../../model/dashboard/action-run.ts';
import type { PlannedService } from '../../../model/dashboard/action-plan.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { Actor } from '../../../model/release/actor.ts';
import type { Release } from '../../../model/release/release.ts';
import type { ChangeSet } from '../../../ports/cluster.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import type { ServiceSource } from '../../../ports/service-source.ts';
import type { DeployResult } from '../../deploy/deploy.ts';
import type { RollbackPlan, RollbackResult } from '../../rollback/rollback.ts';

/** The words of commands, so that the page says nothing else. */
export interface ActionWords {
  deployed(service: string, release: Release | undefined, environment: Environment, result: DeployResult): string;
  rolledBack(plan: RollbackPlan, result: RollbackResult): readonly string[];
  /** Returns lines, object by object and field by field. */
  changes(changes: ChangeSet): readonly string[];
  /** Returns the lines for an error that no code expects. */
  bug(error: unknown): Promise<readonly string[]>;
  /** Returns a text with the commands in it as they are typed in this workspace. */
  typed(text: string): string;
}

/** A build of a service by its own targets, as `release --only=build` does it. */
export interface BuildRequest {
  readonly service: ServiceSource;
  readonly environments: readonly Environment[];
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The surroundings of the dashboard's actions. */
export interface ActionContext {
  readonly ports: ReleasePorts;
  readonly words: ActionWords;
  /** The person who started the dashboard: its actions are recorded as theirs. */
  readonly actor: Actor;
  readonly mainBranch: string;
  /** Milliseconds that a rollout may take. */
  readonly timeoutMs: number;
  /** @throws {Refusal} when a file has mistakes. */
  environments(): Promise<readonly Environment[]>;
  /** @throws {Refusal} when the workspace has no such service. */
  service(name: string): ServiceSource;
  /** Runs lint, test and build as the graph has them, builds the image, pushes and tags it. @throws {Failure} */
  build(request: BuildRequest): Promise<void>;
  /** Returns a name that nobody guesses, and no other has. */
  newId(): string;
  /**
   * Returns the same with ports of its own, as another command has them: ports keep some answers (which tags origin has, what
   * the account may do, the nodes) for as long as a command takes, and a dashboard runs for days.
   */
  anew(): ActionContext;
}

/** A deployment as it was when a plan was shown, and what the plan was. */
export interface ShownWork {
  readonly environment: string;
  /** The newest deployment then. */
  readonly after: { readonly sequence: number; readonly outcome: string } | undefined;
  /** Undefined where it cannot be known before something is built. */
  readonly fingerprint: string | undefined;
}

/** How a plan is carried out for a service. */
export interface CarryingOut {
  readonly reason: string | undefined;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Told under the lock, before anything is written. @throws {Refusal} when it is not what was shown. */
  readonly begin: (about: { environment: string; newest: Mark | undefined; fingerprint?: string }) => void;
  /** Told when another deployer has the lock. */
  readonly onWait: () => void;
}

/** A deployment and how it stands. */
export interface Mark {
  readonly sequence: number;
  readonly outcome: string;
}

/** A line that a run ends with. */
export type Ending = Pick<RunLine, 'kind' | 'text'>;

/** The plan of a service. */
export interface PreparedService {
  readonly planned: PlannedService;
  readonly shown: readonly ShownWork[];
  /** Undefined where there is nothing to do. @returns the lines that the command ends with. */
  readonly carryOut: ((how: CarryingOut) => Promise<readonly string[]>) | undefined;
}

/** The services of a plan, and how they are carried out together. */
export interface PreparedAction {
  /** In the order in which they are done. */
  readonly services: readonly PreparedService[];
  /** False: one that fails stops no other, and all are begun at once. */
  readonly stopsAtFailure: boolean;
  /** Undefined where each service has its own. */
  readonly command?: string;
  /** Compares all of it with what was shown, before any of it is begun. @throws {Refusal} when it is another one. */
  readonly check: (reason: string | undefined) => Promise<void>;
}
