import type { InstancePlace } from '../model/facade/instance/place.ts';
import type { InstanceState, InstanceStep } from '../model/facade/instance/plan-instance.ts';
import type { WritingCourse } from './facade.ts';

/** An instance of Azure API Management, as provisioning sees it: what it has besides the APIs of services. */
export interface FacadeInstance {
  /** Its name. */
  readonly instance: string;

  /** Returns what it has. @throws {Refusal} when it cannot be read, or takes no changes now. */
  read(place: InstancePlace): Promise<InstanceState>;

  /** Returns what uses a product: APIs, subscriptions. @throws {Refusal} when that cannot be read. */
  usersOf(product: string): Promise<readonly string[]>;

  /**
   * Carries out one step of a plan, and ends when the instance has it. It may be repeated. What is not of the entity's
   * fields stays as it is.
   * @returns why it stays, as a sentence, where it was to be deleted and policies of others use it.
   * @throws {Failure} telling why it is not done, or not known to be.
   */
  carryOut(step: InstanceStep, course?: WritingCourse): Promise<string | undefined>;
}
