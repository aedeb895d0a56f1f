import pMap from 'p-map';
import { KubernetesApi } from '../../plugin/src/adapters/kubernetes/client/api.ts';
import { Resources } from '../../plugin/src/adapters/kubernetes/client/resources.ts';
import { findAccess } from '../../plugin/src/adapters/kubernetes/client/credentials/kubeconfig.ts';
import { KubernetesCluster } from '../../plugin/src/adapters/kubernetes/kubernetes-cluster.ts';
import type { Environment } from '../../plugin/src/model/environment/environment.ts';
import { newestRecord, patient, placeObjects } from '../../bench/src/scale/cluster.ts';
import { fullSize, releaseOf, serviceName } from '../../bench/src/scale/shop.ts';
import type { ScratchWorkspace } from '../../scratch-workspace/src/scratch-workspace.ts';

/** The release that is put in: of one commit for all services, as after a merge. */
const next = 25;
/** Deployments at the same time. */
const atOnce = 4;

/** Writes to the cluster what a deployment writes; what it waits for, paused Deployments never get. */
export class Deployer {
  readonly environment: Environment;
  readonly api: KubernetesApi;
  readonly resources: Resources;
  private readonly commit: string;
  private readonly cluster: KubernetesCluster;

  private constructor(environment: Environment, api: KubernetesApi, commit: string) {
    this.environment = environment;
    this.api = api;
    this.resources = new Resources(api);
    this.commit = commit;
    this.cluster = new KubernetesCluster(api, environment);
  }

  static async enter(environment: Environment, workspace: ScratchWorkspace): Promise<Deployer> {
    const commit = await workspace.git(['rev-parse', 'HEAD']);
    return new Deployer(environment, new KubernetesApi(await findAccess(environment, '/'), patient), commit);
  }

  /** Deploys the next release of a service. @returns its build. */
  async deploy(index: number): Promise<string> {
    const service = serviceName(index);
    const release = releaseOf(service, next, this.commit);
    const { manifests, actor, cause } = newestRecord(this.environment, release, fullSize);
    const startedAt = new Date().toISOString();
    const opened = await this.cluster.openRecord({
      ...{ environment: this.environment.name, release, manifests, actor, cause, startedAt },
    });
    await placeObjects(this, manifests);
    await this.cluster.closeRecord(opened, { outcome: 'succeeded' });
    return release.buildNumber.toString();
  }

  async deployAll(indexes: readonly number[]): Promise<void> {
    await pMap(indexes, (index) => this.deploy(index), { concurrency: atOnce });
  }

  close(): void {
    this.api.close();
  }
}
