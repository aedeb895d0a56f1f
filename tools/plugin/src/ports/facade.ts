import type { ApiDescription } from '../model/facade/description/api-description.ts';
import type { ApiPolicies } from '../model/facade/policies/api-policies.ts';
import type { CurrentApi } from '../model/facade/publishing/door.ts';
import type { PlanSituation } from '../model/facade/publishing/plan-publication.ts';
import type { Publication } from '../model/facade/publishing/publication.ts';
import type { PublishStep } from '../model/facade/publishing/publish-step.ts';
import type { Surroundings } from '../model/facade/publishing/refuse-missing.ts';
import type { ApiId, ApiRevision, ProductId } from '../model/facade/identifiers.ts';

/**
 * The public door of an environment: an instance of Azure API Management. One publishes at a time to an API; what is read
 * is as it is after all that was written before.
 */
export interface Facade {
  /** Its name. */
  readonly instance: string;

  /** Returns what the door has of an API. @throws {Refusal} when it cannot be read. */
  read(publication: Pick<Publication, 'api' | 'digest' | 'settings'>): Promise<DoorState>;

  /**
   * Returns what the door has besides an API, for one who is going to write.
   * @throws {Refusal} when it cannot be read, or takes no changes now.
   */
  surroundings(api: ApiId): Promise<Surroundings>;

  /** Returns where a revision is called by itself, before clients find it. @throws {Refusal} when it cannot be read. */
  entrance(api: ApiId, revision: ApiRevision): Promise<Entrance>;

  /**
   * Returns what clients get of all APIs, in any order, but those whose ids are none that this tool would give.
   * @throws {Refusal} when it cannot be read.
   */
  currentApis(): Promise<readonly CurrentApi[]>;

  /** Returns the products that have APIs, by the ids of these in small letters. @throws {Refusal} when they cannot be read. */
  productsOfApis(): Promise<ReadonlyMap<string, readonly ProductId[]>>;

  /** Returns the address below which clients call all APIs, without a slash at its end. @throws {Refusal} when it cannot be read. */
  address(): Promise<string>;

  /**
   * Carries out one step of a plan, and ends when the door has it. What is there already is not written again, so that a
   * step may be repeated. Never is the current revision of an API that clients can find written to, but by `settle`, or
   * deleted.
   * @throws {Failure} telling why it is not done, or not known to be.
   */
  carryOut(step: PublishStep, content: ApiContent, course?: WritingCourse): Promise<void>;

  /**
   * Waits until no part of the door leads clients by what it had before: each learns of a change in its own time.
   * @throws the signal's reason.
   */
  spread(course?: WritingCourse): Promise<void>;
}

/** The state of the door, as a plan needs to know it. */
export type DoorState = Pick<PlanSituation, 'door' | 'hasVersionSet'>;

/** Where a revision is called, and what it takes. */
export interface Entrance {
  /** `https://shop-apim.azure-api.net/orders;rev=20261124-1`. */
  readonly url: string;
  /** True when a key is needed. */
  readonly needsKey: boolean;
  /** Name of the header that shows it. */
  readonly keyHeader: string;
}

/** An API's content, as steps need it. */
export interface ApiContent {
  readonly publication: Pick<Publication, 'api' | 'build'>;
  readonly description: Pick<ApiDescription, 'importText' | 'operations'>;
  readonly policies: Pick<ApiPolicies, 'api' | 'operations'>;
  /** A text for the change log that clients' developers see: by whom, and why. */
  readonly notes: string;
}

/** How a step is accompanied. */
export interface WritingCourse {
  /** Is told why it waits, once for each reason. */
  readonly onWait?: (line: string) => void;
  /** Stops before the next write, or while it waits; its reason is thrown then. */
  readonly signal?: AbortSignal;
}
