import type { Actor } from '../release/actor.ts';
import type { Approval } from '../deploy/approval.ts';
import type { DeploymentOutcome } from '../deploy/deployment-record.ts';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import type { ProvisioningPackage } from './provisioning-package.ts';

/** One object that a provisioning has written. */
export interface ProvisionedObject extends Pick<KubernetesObject, 'apiVersion' | 'kind'> {
  readonly name: string;
  /** Undefined for an object of the whole cluster. */
  readonly namespace?: string;
  /** True when it was not there before this environment's configuration was: only then may it be deleted. */
  readonly created: boolean;
}

/** Which configuration was put into an environment, and how that ended. What was put in never changes. */
export interface ProvisioningRecord {
  readonly environment: string;
  /** Counts the provisionings of this environment, from 1. */
  readonly sequence: number;
  readonly package: ProvisioningPackage;
  /** `go-back`: an older version was asked for by its tag. */
  readonly action: 'provision' | 'go-back';
  readonly actor: Actor;
  /** The approval, for a protected environment. */
  readonly approvedBy?: Approval;
  /** The person's `--reason` for provisioning in a freeze (`--force`). */
  readonly inFreezeBecause?: string;
  readonly objects: readonly ProvisionedObject[];
  /** The part that went to an instance of API Management, if the environment has one and files for it. */
  readonly facade?: ProvisionedFacade;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly outcome: DeploymentOutcome;
  /** Why it did not succeed, in a sentence. */
  readonly reason?: string;
}

/** The things that an instance of API Management was given. Whose something is, the instance itself says. */
export interface ProvisionedFacade {
  /** Its name. */
  readonly instance: string;
  /** `named-value/legacy-url`, sorted; none where all of it was taken away. */
  readonly entities: readonly string[];
}

/** A record as it is begun. */
export type NewProvisioningRecord = Omit<ProvisioningRecord, 'sequence' | 'finishedAt' | 'outcome' | 'reason'>;

/** The part that is added when it has ended. */
export type ProvisioningEnding = Pick<ProvisioningRecord, 'outcome' | 'reason'>;

/** Returns the identity of a written object. */
export function keyOf({ apiVersion, kind, name, namespace }: Omit<ProvisionedObject, 'created'>): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return [namespace ?? '', group, kind, name].join('/');
}

/**
 * Returns the objects that may remain of former provisionings: those of the newest success, and of attempts since.
 * That success deleted all others.
 * @param records newest first.
 */
export function formerObjects(records: readonly ProvisioningRecord[]): ProvisionedObject[] {
  const good = records.findIndex(({ outcome }) => outcome === 'succeeded');
  const since = good === -1 ? records : records.slice(0, good + 1);
  const former = new Map<string, ProvisionedObject>();
  for (const object of since.flatMap(({ objects }) => objects)) {
    const known = former.get(keyOf(object));
    former.set(keyOf(object), { ...object, created: object.created || (known?.created ?? false) });
  }
  return [...former.values()];
}
