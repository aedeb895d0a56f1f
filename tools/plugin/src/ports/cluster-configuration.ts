import type { BuildNumber } from '../model/release/build-number.ts';
import type { Actor } from '../model/release/actor.ts';
import type { KubernetesObject } from '../model/manifests/kubernetes-object.ts';
import type {
  NewProvisioningRecord,
  ProvisionedObject,
  ProvisioningEnding,
  ProvisioningRecord,
} from '../model/provision/provisioning-record.ts';
import type { Change, ServiceLock } from './cluster.ts';

/**
 * The cluster's own configuration for an environment, needed before services: namespaces, access, gateways, limits.
 * Objects may be of any namespace, or of the whole cluster; those that name none get the environment's if their kind has
 * one.
 */
export interface ClusterConfiguration {
  /**
   * Dry-runs every object on the server and tells what applying would do. Changes nothing. Fields on which another
   * environment of the cluster has the say, because its version is newer, stay as they are: `heldBy`.
   * @param version of the objects; when omitted, that of no other environment is newer.
   * @param options `isDryRun`: nothing will be applied, so that what the account may not try is compared: `isCompared`.
   * @throws {Refusal} naming the object.
   */
  plan(
    objects: readonly KubernetesObject[],
    version?: BuildNumber,
    options?: { readonly isDryRun?: boolean },
  ): Promise<readonly ConfigurationChange[]>;
  /**
   * Applies the objects in kind order. Namespaces that are still to be made are made first, and all else is tried in them
   * before any of it is written. Others that write to the same objects keep their part.
   * @param signal stops it between two kinds. @throws its reason then.
   */
  apply(
    objects: readonly KubernetesObject[],
    signal: AbortSignal,
    version?: BuildNumber,
  ): Promise<readonly ConfigurationChange[]>;
  /**
   * Takes away what was written formerly and is no longer among `objects`. What was there before, and what another
   * environment writes to as well, loses this environment's fields only. Namespaces, claims on storage and the like stay.
   */
  prune(
    former: readonly ProvisionedObject[],
    objects: readonly KubernetesObject[],
    options?: { readonly dryRun?: boolean },
  ): Promise<readonly ConfigurationChange[]>;

  /** HTTPRoutes that are there, as far as they may be read: services' own among them. */
  httpRoutes(): Promise<readonly KubernetesObject[]>;

  /** The account of the token that is used here, as the cluster names it; undefined where it does not say. */
  identity(): Promise<string | undefined>;
  /** The version that the environment's namespace is marked with; undefined when it has none, or is not there. */
  version(): Promise<BuildNumber | undefined>;
  /** Marks the environment's namespace with a version, for deployments to see. @throws {Refusal} when it is not there. */
  mark(version: BuildNumber): Promise<void>;

  /**
   * Waits for the one write lock of the environment's configuration, and takes it over from a holder who is dead. Once it is
   * lost or released, nothing is written any more: `apply`, `prune`, `mark` and the records throw a Failure `lock-lost`.
   * @param signal ends the wait when it is aborted; its reason is thrown then.
   */
  lock(holder: Actor, onWait: (heldBy: string) => void, signal?: AbortSignal): Promise<ServiceLock>;
  /** Newest first, the last 20. Kept where those who deploy services cannot write. */
  records(): Promise<ProvisioningRecord[]>;
  /** Keeps a record, with the next sequence, before anything is applied. */
  openRecord(record: NewProvisioningRecord): Promise<ProvisioningRecord>;
  /** Adds how it ended, and forgets all but the last 20 records. */
  closeRecord(record: ProvisioningRecord, ending: ProvisioningEnding): Promise<ProvisioningRecord>;
}

/** A change of one object, done or predicted. */
export interface ConfigurationChange extends Change {
  readonly apiVersion: string;
  /** Undefined for an object of the whole cluster. */
  readonly namespace?: string;
  /** Its namespace is still to be made, so that it could be tried in another one only. */
  readonly isElsewhere?: true;
  /** Why it could not be tried there either, as a sentence: it is tried when its namespace has been made. */
  readonly untried?: string;
  /** The account may not try it, so that its manifest was compared with what is there. */
  readonly isCompared?: true;
  /** Of an object that is there: tells whether it and its manifest are as they were, whichever account looks. */
  readonly fingerprint?: string;
  /** Another environment that has a newer version of it, of which this one changes nothing. */
  readonly heldBy?: ConfigurationHolder;
}

/** An environment that has provisioned an object, too. */
export interface ConfigurationHolder {
  /** Its namespace. */
  readonly namespace: string;
  readonly version: BuildNumber;
}
