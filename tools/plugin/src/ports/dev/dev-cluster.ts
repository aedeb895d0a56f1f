import type { Socket } from 'node:net';
import type { ValueSource } from '../../model/dev/container-variables.ts';
import type { Neighbour } from '../../model/dev/neighbours.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';

/** An environment's cluster, as whoever develops a service sees it. */
export interface DevCluster {
  /** Returns the values that a ConfigMap or Secret keeps. @throws {ProductError} when it is not there or may not be read. */
  valuesOf(source: ValueSource): Promise<Readonly<Record<string, string>>>;
  /** Returns a ready pod of a Service, and its port; undefined when there is none. @throws {ProductError} */
  podOf(neighbour: Neighbour): Promise<PodPort | undefined>;
  /** Connects to a port of a pod, by way of the API server. Settled when it is connected. @throws {ProductError} */
  forward(connection: Socket, to: PodPort): Promise<void>;
  /** Returns the image that a service's container runs with; undefined when it does not run. @throws {ProductError} */
  runningImage(service: string): Promise<string | undefined>;
  /** Deletes the pods of a service that an owner left. @throws {ProductError} */
  deleteLeftovers(service: string, owner: string): Promise<void>;
  /** Creates a pod and waits until its containers run. @throws {Failure} that says why they do not. */
  createPod(pod: KubernetesObject, options: PodOptions): Promise<void>;
  /** Passes on what a container writes, until it ends or the signal is aborted. */
  followLog(pod: string, container: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void>;
  /** Deletes a pod, and waits until it is gone. */
  deletePod(pod: string): Promise<void>;
  /** Closes the connections to the cluster. */
  close(): void;
}

/** A port of a pod. */
export interface PodPort {
  readonly pod: string;
  readonly namespace: string;
  readonly port: number;
}

export interface PodOptions {
  readonly container: string;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}
