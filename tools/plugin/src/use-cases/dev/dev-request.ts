import type { BuildTarget } from '../../model/dev/dev-command.ts';
import type { Environment } from '../../model/environment/environment.ts';
import type { Actor } from '../../model/release/actor.ts';
import type { DevCluster } from '../../ports/dev/dev-cluster.ts';
import type { DevMachine, PortWish } from '../../ports/dev/dev-machine.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { ServiceSource } from '../../ports/service-source.ts';

/** How a service is to be developed. */
export interface DevRequest {
  readonly service: ServiceSource;
  readonly environment: Environment;
  readonly environmentNames: readonly string[];
  /** All services of the workspace. */
  readonly services: readonly string[];
  readonly actor: Actor;
  /** The service's target `build`. */
  readonly build: BuildTarget | undefined;
  /** The stack's own command that runs the sources and reloads; a Node.js service needs none. */
  readonly command: readonly string[] | undefined;
  /** Image of its pod. */
  readonly image: string | undefined;
  readonly port: PortWish;
  /** Port of the debugger; undefined for none. */
  readonly inspect: PortWish | undefined;
  /** Aborted when it shall end. */
  readonly signal: AbortSignal;
}

export interface DevPorts {
  readonly machine: DevMachine;
  /** The environment's cluster. @throws {Refusal} when its context is missing. */
  devCluster(): Promise<DevCluster>;
  readonly release: ReleasePorts;
  readonly output: DevOutput;
}

/** The lines that a user sees. */
export interface DevOutput {
  step(line: string): void;
  warn(line: string): void;
  /** A line of the service's own. */
  line(line: string): void;
}
