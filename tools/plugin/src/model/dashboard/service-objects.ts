import type { FieldDrift } from '../observe/drift.ts';
import type { NotReached } from './service-page.ts';

/** Objects of a service, by environment in their order. */
export interface ServiceObjects {
  readonly service: string;
  /** By the server's clock, ISO 8601, UTC. */
  readonly now: string;
  readonly environments: readonly EnvironmentObjects[];
}

export type EnvironmentObjects =
  | NotReached
  | { readonly environment: string; readonly state: 'absent' }
  | {
      readonly environment: string;
      readonly state: 'read';
      /** Deployment that the objects are of: the newest that succeeded. Left out where none is recorded. */
      readonly build?: string;
      readonly sequence?: number;
      /** True while a deployment goes on: then nothing is compared. */
      readonly isUnderWay: boolean;
      readonly objects: readonly ShownObject[];
      /** Kinds that could not be read: of these nothing is known. */
      readonly unread: readonly { readonly kind: string; readonly reason: string; readonly remedy: string }[];
    };

/** An object, and how it differs from what was deployed. `unknown`: its kind could not be read. */
export interface ShownObject {
  readonly kind: string;
  readonly name: string;
  readonly state: 'as-deployed' | 'changed' | 'missing' | 'unknown';
  /** Changed fields, with who wrote them; secrets are masked. */
  readonly fields: readonly FieldDrift[];
  /** Why it is not healthy, or what should be known of it. */
  readonly says?: string;
  readonly isUnhealthy: boolean;
}
