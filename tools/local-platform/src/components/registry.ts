import type { Folders } from '../storage/folders.ts';
import { coredns, kubeRouter, loadBalancer } from './add-ons.ts';
import { apiServer, containerd, controllerManager, etcd, kubelet, kubeProxy, scheduler } from './cluster.ts';
import { ensureComponent, type Component } from './component.ts';
import { dockerd, registry } from './containers.ts';
import { contour, envoy } from './gateway.ts';

/** All components that the platform may consist of, by the name of their process, log and record. */
const definitions = {
  dockerd,
  registry,
  etcd,
  containerd,
  'kube-apiserver': apiServer,
  'kube-controller-manager': controllerManager,
  'kube-scheduler': scheduler,
  kubelet,
  'kube-proxy': kubeProxy,
  contour,
  envoy,
  coredns,
  'kube-router': kubeRouter,
  'load-balancer': loadBalancer,
} satisfies Record<string, (folders: Folders) => Component>;

/** Name of a component. */
export type ComponentName = keyof typeof definitions;

/** The names of all components. */
export const componentNames = Object.keys(definitions) as readonly ComponentName[];

/** Returns how a component is started, probed and stopped; `undefined` for a name of another version of the platform. */
export function findComponent(folders: Folders, name: string): Component | undefined {
  return Object.hasOwn(definitions, name) ? definitions[name as ComponentName](folders) : undefined;
}

/** Makes sure that a component runs. */
export async function startComponent(folders: Folders, name: ComponentName): Promise<void> {
  await ensureComponent(folders, definitions[name](folders));
}
