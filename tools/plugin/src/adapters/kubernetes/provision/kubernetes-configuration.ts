import type { BuildNumber } from '../../../model/release/build-number.ts';
import type { Actor } from '../../../model/release/actor.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { annotation, label, managedBy, objectName, provisioningManager } from '../../../model/product/wire-names.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import {
  keyOf,
  type NewProvisioningRecord,
  type ProvisionedObject,
  type ProvisioningEnding,
  type ProvisioningRecord,
} from '../../../model/provision/provisioning-record.ts';
import type { ClusterConfiguration, ConfigurationChange } from '../../../ports/cluster-configuration.ts';
import type { ServiceLock } from '../../../ports/cluster.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { KubernetesApi } from '../client/api.ts';
import { listHttpRoutes } from '../deploy/gateways.ts';
import type { HeldLease } from '../deploy/held-lease.ts';
import { acquireLease } from '../deploy/lease.ts';
import { OwnIdentity } from '../client/own-identity.ts';
import { Resources } from '../client/resources.ts';
import { applyConfiguration } from './apply-configuration.ts';
import { comingNamespaces, planConfiguration, type ConfigurationPlace } from './plan-configuration.ts';
import { provisionedVersion } from './provisioned-version.ts';
import { pruneConfiguration } from './prune-configuration.ts';
import { ProvisioningRecords } from './provisioning-records.ts';

/** Where locks and records of provisionings are kept, of all environments of a cluster. */
const recordsNamespace = objectName.provisioning;

/** The configuration of one environment in a real cluster. */
export class KubernetesConfiguration implements ClusterConfiguration {
  private readonly place: ConfigurationPlace;
  private readonly kept: ProvisioningRecords;
  private readonly account: OwnIdentity;
  /** The lock that was taken last: it is the fence for all that is written. */
  private held: HeldLease | undefined;

  constructor(api: KubernetesApi, { namespace }: Pick<Environment, 'namespace'>) {
    const manager = provisioningManager.of(namespace);
    this.place = { api, resources: new Resources(api), home: namespace, manager };
    this.account = new OwnIdentity(api);
    this.kept = new ProvisioningRecords(api, recordsNamespace, namespace);
  }

  identity(): Promise<string | undefined> {
    return this.account.name();
  }

  httpRoutes(): Promise<readonly KubernetesObject[]> {
    return listHttpRoutes({ api: this.place.api, namespace: this.place.home });
  }

  async plan(
    objects: readonly KubernetesObject[],
    version?: BuildNumber,
    { isDryRun = false }: { readonly isDryRun?: boolean } = {},
  ): Promise<readonly ConfigurationChange[]> {
    const planned = await planConfiguration({ ...this.place, mayCompare: isDryRun }, objects, version);
    return planned.map(({ change }) => change);
  }

  async apply(
    objects: readonly KubernetesObject[],
    signal: AbortSignal,
    version?: BuildNumber,
  ): Promise<readonly ConfigurationChange[]> {
    const made = await this.makeNamespaces(objects, signal, version);
    const plan = await planConfiguration(this.place, objects, version);
    await applyConfiguration(this.writer, plan, signal);
    return plan.map(({ change }) => made.get(keyOf(change)) ?? change);
  }

  /** Makes the namespaces that are not there yet, so that all else can be tried in its place. Returns what was done. */
  private async makeNamespaces(
    objects: readonly KubernetesObject[],
    signal: AbortSignal,
    version: BuildNumber | undefined,
  ): Promise<ReadonlyMap<string, ConfigurationChange>> {
    const coming = await comingNamespaces(this.place, objects);
    if (coming.size === 0) return new Map();
    const namespaces = objects.filter(
      ({ apiVersion, kind, metadata }) => apiVersion === 'v1' && kind === 'Namespace' && coming.has(metadata.name),
    );
    const plan = await planConfiguration(this.place, namespaces, version);
    await applyConfiguration(this.writer, plan, signal);
    return new Map(plan.map(({ change }) => [keyOf(change), change]));
  }

  prune(
    former: readonly ProvisionedObject[],
    objects: readonly KubernetesObject[],
    options?: { readonly dryRun?: boolean },
  ): Promise<readonly ConfigurationChange[]> {
    return pruneConfiguration(this.writer, former, objects, options);
  }

  version(): Promise<BuildNumber | undefined> {
    return provisionedVersion(this.place.api, this.place.home);
  }

  async mark(version: BuildNumber): Promise<void> {
    const { api, home, manager } = this.writer;
    const doing = `mark the namespace ${home} with ${version}`;
    try {
      await api.send('PATCH', `/api/v1/namespaces/${encodeURIComponent(home)}`, {
        // Patched and not applied: applying the Namespace's manifest, which lacks it, does not take it away then.
        query: { fieldManager: manager },
        body: { metadata: { annotations: { [annotation.provisioning]: version.toString() } } },
        contentType: 'application/merge-patch+json',
      });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 404)) throw explainApiError(error, doing, api);
      throw new Refusal({
        type: 'no-namespace',
        doing,
        reason: `The cluster ${api.context} has no namespace "${home}".`,
        remedy: 'Add a Namespace named ${NAMESPACE} to the manifests.',
      });
    }
  }

  async lock(holder: Actor, onWait: (heldBy: string) => void, signal?: AbortSignal): Promise<ServiceLock> {
    const { api, home } = this.place;
    await this.makeRecordsNamespace();
    this.held = await acquireLease({ api, namespace: recordsNamespace, signal }, home, holder, onWait);
    return this.held;
  }

  records(): Promise<ProvisioningRecord[]> {
    return this.kept.list();
  }

  async openRecord(record: NewProvisioningRecord): Promise<ProvisioningRecord> {
    return this.kept.open(await this.account.sign(record), this.writer.api);
  }

  closeRecord(record: ProvisioningRecord, ending: ProvisioningEnding): Promise<ProvisioningRecord> {
    return this.kept.close(record, ending, this.writer.api);
  }

  /** Where to write to: nothing is written once the lock is lost or released. */
  private get writer(): ConfigurationPlace {
    return this.held ? { ...this.place, api: this.place.api.fencedBy(this.held) } : this.place;
  }

  private async makeRecordsNamespace(): Promise<void> {
    const { api } = this.place;
    const metadata = { name: recordsNamespace, labels: { [label.managedBy]: managedBy } };
    try {
      if (await api.get(`/api/v1/namespaces/${recordsNamespace}`)) return;
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata };
      await api.send('POST', '/api/v1/namespaces', { body, repeatable: true });
    } catch (error) {
      // Another run has made it at the same moment.
      if (error instanceof ApiError && error.code === 409) return;
      throw explainApiError(error, `make the namespace ${recordsNamespace}`, api);
    }
  }
}
