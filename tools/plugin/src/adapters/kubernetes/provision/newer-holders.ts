import { provisioningManager } from '../../../model/product/wire-names.ts';
import type { BuildNumber } from '../../../model/release/build-number.ts';
import type { ConfigurationHolder } from '../../../ports/cluster-configuration.ts';
import type { KubernetesApi } from '../client/api.ts';
import { provisionedVersion } from './provisioned-version.ts';

/** Other environments of a cluster whose version of the configuration is newer than the one that is provisioned. */
export class NewerHolders {
  private readonly api: KubernetesApi;
  private readonly version: BuildNumber | undefined;
  private readonly versions = new Map<string, Promise<BuildNumber | undefined>>();

  /** @param version that is provisioned; without one, none is newer. */
  constructor(api: KubernetesApi, version: BuildNumber | undefined) {
    this.api = api;
    this.version = version;
  }

  /** Returns the newest among those that fields would be taken from. @param takenOver `rules from poc-provisioning-dev`. */
  async of(takenOver: readonly string[]): Promise<ConfigurationHolder | undefined> {
    const { version: own } = this;
    if (own === undefined) return undefined;
    const from = takenOver.flatMap((field) => / from ([^ ]+)$/.exec(field)?.[1] ?? []);
    const namespaces = from.filter((manager) => manager.startsWith(provisioningManager.prefix));
    const found = await Promise.all(
      [...new Set(namespaces)].map(async (manager) => {
        const namespace = manager.slice(provisioningManager.prefix.length);
        const version = await this.versionOf(namespace);
        return version?.isNewerThan(own) ? [{ namespace, version }] : [];
      }),
    );
    return found.flat().sort((a, b) => (a.version.isNewerThan(b.version) ? -1 : 1))[0];
  }

  private versionOf(namespace: string): Promise<BuildNumber | undefined> {
    const known = this.versions.get(namespace) ?? provisionedVersion(this.api, namespace);
    this.versions.set(namespace, known);
    return known;
  }
}
