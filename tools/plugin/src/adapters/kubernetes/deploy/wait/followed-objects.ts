import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { isCronJob } from '../../../../model/manifests/rules/pod-templates.ts';
import { isGatewayRoute } from '../../../../model/observe/route-status.ts';
import { collectionPath } from '../../client/resources.ts';
import { labelSelectorOf } from '../../observe/running.ts';
import type { Followed } from './list-and-watch.ts';
import { keyOf, listOfMade } from './rollout-state.ts';

const plurals: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  CronJob: 'cronjobs',
  HTTPRoute: 'httproutes',
  GRPCRoute: 'grpcroutes',
  TLSRoute: 'tlsroutes',
  TCPRoute: 'tcproutes',
  UDPRoute: 'udproutes',
  HTTPProxy: 'httpproxies',
};

/** Returns what is followed of a workload: itself by its name, and what it makes by its selector. */
export function followedBy(object: KubernetesObject, namespace: string): Followed[] {
  const workloadList = keyOf(object);
  const listOf = (kind: string) => listOfMade(kind, object);
  const workload = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    path: collectionPath(object.apiVersion, plurals[object.kind]!, namespace),
    query: { fieldSelector: `metadata.name=${object.metadata.name}` },
    list: workloadList,
  };
  // Runs of a CronJob come later, and those of before are left to finish.
  if (isGatewayRoute(object) || isCronJob(object)) return [workload];
  const selector = { labelSelector: labelSelectorOf(object) };
  const pods = {
    apiVersion: 'v1',
    kind: 'Pod',
    path: collectionPath('v1', 'pods', namespace),
    query: selector,
    list: listOf('Pod'),
  };
  const sets = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    path: collectionPath('apps/v1', 'replicasets', namespace),
    query: selector,
    list: listOf('ReplicaSet'),
  };
  // Of all pods of the namespace, because what is selected by is in no event; who may not see them goes without.
  const events = {
    apiVersion: 'v1',
    kind: 'Event',
    path: collectionPath('v1', 'events', namespace),
    query: { fieldSelector: 'involvedObject.kind=Pod,type=Warning' },
    list: listOf('Event'),
    optional: true,
  };
  return object.kind === 'Deployment' ? [workload, sets, pods, events] : [workload, pods, events];
}
