import type { Environment } from '../model/environment/environment.ts';
import type { Clock } from './clock.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterConfiguration } from './cluster-configuration.ts';
import type { ContainerEngine } from './container-engine.ts';
import type { Forge, NoForge } from './forge.ts';
import type { Prober } from './prober.ts';
import type { ImageRegistry } from './image-registry.ts';
import type { SourceRepository } from './repository/source-repository.ts';

/** The outside world of the use cases. One for all services of a command: connections and listings are shared. */
export interface ReleasePorts {
  readonly repository: SourceRepository;
  readonly registry: ImageRegistry;
  readonly prober: Prober;
  readonly clock: Clock;
  /** The machine's container engine. @throws {Refusal} when there is none. */
  engine(): Promise<ContainerEngine>;
  /** The environment's namespace. @throws {Refusal} when its context is missing or it does not answer. */
  cluster(environment: Environment): Promise<Cluster>;
  /** The configuration of the environment's cluster, as whoever provisions it sees it. @throws {Refusal} likewise. */
  configuration(environment: Environment): Promise<ClusterConfiguration>;
  /** The origin's forge, or why there is none to speak to, as a clause. */
  forge(): Promise<Forge | NoForge>;
}
