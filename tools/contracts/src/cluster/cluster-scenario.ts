import type { Actor } from '../../../plugin/src/model/release/actor.ts';
import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import type { Cluster } from '../../../plugin/src/ports/cluster.ts';
import type { JobScript } from '../../../twins/src/cluster/scripted-jobs.ts';

/** One namespace under test, and hands to change it with. */
export interface ClusterScenario {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** The account of both deployers, as the cluster names it. */
  readonly account: string;
  /** Another deployer at the same namespace. */
  another(): Promise<Cluster>;
  /** A cluster, or a namespace, that is not there. */
  readonly absent: Cluster;
  /** Image that can be run, by digest, as `registry/repository:tag@sha256:…`. */
  readonly image: string;
  /** Command that keeps a container of that image running. */
  readonly command: readonly string[];
  /** Puts an object in with `kubectl apply`. */
  put(object: KubernetesObject): Promise<void>;
  /** Merges fields into an object as somebody else. */
  edit(kind: string, name: string, manager: string, path: readonly string[], value: unknown): Promise<void>;
  /** Sets the replicas of a Deployment as autoscalers do. */
  scale(name: string, manager: string, replicas: number): Promise<void>;
  /** Writes the status of an object as its controller does, in the place of what it was. */
  setStatus(kind: string, name: string, status: object): Promise<void>;
  remove(kind: string, name: string): Promise<void>;
  read(kind: string, name: string): Promise<KubernetesObject | undefined>;
  /** Makes the next rollout of a workload find no image. */
  breakImage(workload: string): Promise<void>;
  /** Command of a container by which the next run of a Job goes so. @param job its name in the manifest. */
  jobCommand(job: string, script: JobScript): readonly string[];
  /** Lets the holder of a service's lock die without a word. */
  killHolder(service: string): Promise<void>;
}

/** A custom resource with a status of its own, whose controller is the test. */
export const widgetType = { apiVersion: 'contracts.poc.dev/v1', kind: 'Widget' };

export const ada: Actor = { person: 'ada', run: 'https://ci.example/1' };
export const bob: Actor = { person: 'bob', run: 'bob@laptop' };
