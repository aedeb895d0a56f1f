import type { ApiManagement, Environment, PrometheusSettings } from '../model/environment/environment.ts';
import type { CheckKey } from '../model/facade/checking/subscription-key.ts';
import type { ApprovalSource } from './approvals.ts';
import type { Clock } from './clock.ts';
import type { Cluster } from './cluster.ts';
import type { Charts } from './charts.ts';
import type { ClusterConfiguration } from './cluster-configuration.ts';
import type { ContainerEngine } from './container-engine.ts';
import type { ApiCaller } from './api-caller.ts';
import type { Facade } from './facade.ts';
import type { FacadeInstance } from './facade-instance.ts';
import type { Forge, NoForge } from './forge.ts';
import type { MetricsServer } from './metrics-server.ts';
import type { ManifestRenderer } from './manifest-renderer.ts';
import type { Prober } from './prober.ts';
import type { ImageRegistry } from './image-registry.ts';
import type { SecretFiles } from './secret-files.ts';
import type { SourceRepository } from './repository/source-repository.ts';

/** The outside world of the use cases. One for all services of a command: connections and listings are shared. */
export interface ReleasePorts {
  readonly repository: SourceRepository;
  readonly registry: ImageRegistry;
  readonly prober: Prober;
  /** Kustomize and Helm. */
  readonly renderer: ManifestRenderer;
  /** Charts that services take from elsewhere. */
  readonly charts: Charts;
  readonly clock: Clock;
  /** The machine's container engine. @throws {Refusal} when there is none. */
  engine(): Promise<ContainerEngine>;
  /** The environment's namespace. @throws {Refusal} when its context is missing or it does not answer. */
  cluster(environment: Environment): Promise<Cluster>;
  /** The configuration of the environment's cluster, as whoever provisions it sees it. @throws {Refusal} likewise. */
  configuration(environment: Environment): Promise<ClusterConfiguration>;
  /** Calls APIs through that door. */
  apiCaller(): Promise<ApiCaller>;
  /** The key with which APIs are called there before clients find them. */
  checkKeyOf(facade: ApiManagement): CheckKey;
  /** The door that clients of the environment call; undefined where that is its gateway. */
  facade(environment: Pick<Environment, 'name' | 'facade'>): Promise<Facade | undefined>;
  /** Files of the clusters' configuration that are encrypted in git. */
  readonly secretFiles: SecretFiles;
  /** An environment's instance of API Management, as whoever provisions it sees it. */
  facadeInstance(facade: ApiManagement): Promise<FacadeInstance>;
  /** A server that knows what clients of a canary meet with. @throws {Refusal} when the token that it wants is not set. */
  metricsServer(settings: PrometheusSettings): Promise<MetricsServer>;
  /** Where it can be asked who approved. */
  approvals(): Promise<ApprovalSource>;
  /** The origin's forge, or why there is none to speak to, as a clause. */
  forge(): Promise<Forge | NoForge>;
}
