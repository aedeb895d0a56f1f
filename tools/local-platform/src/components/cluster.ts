import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeAddress, nodeName, podRange, ports, serviceRange } from '../addresses.ts';
import { apiAddress, clusterFiles } from '../cluster/settings.ts';
import { acceptsOnSocket, answersWell, httpStatus } from '../processes/probes.ts';
import type { Folders } from '../storage/folders.ts';
import { findCommand } from '../system-packages.ts';
import { stopsGracefully, type Component } from './component.ts';

const loopback = '127.0.0.1';

/** The store of the API server. Its data is removed with the cluster, so that no write has to wait for the disk. */
export function etcd(folders: Folders): Component {
  const [client, peer] = [`http://${loopback}:${ports.etcd}`, `http://${loopback}:${ports.etcdPeer}`];
  return {
    name: 'etcd',
    argv: [
      join(folders.binaries, 'etcd'),
      `--data-dir=${clusterFiles(folders).data('etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    listens: [
      [loopback, ports.etcd],
      [loopback, ports.etcdPeer],
    ],
    isHealthy: () => answersWell({ url: `${client}/health` }),
  };
}

/** Runs the containers of pods. */
export function containerd(folders: Folders): Component {
  const files = clusterFiles(folders);
  return {
    name: 'containerd',
    argv: [findCommand('containerd') ?? 'containerd', `--config=${join(files.settings, 'containerd.toml')}`],
    listens: [],
    isHealthy: () => acceptsOnSocket(files.containerdSocket),
  };
}

/** The API server. */
export function apiServer(folders: Folders): Component {
  const { certificates } = clusterFiles(folders);
  const file = (name: string) => join(certificates, name);
  return {
    name: 'kube-apiserver',
    argv: [
      join(folders.binaries, 'kube-apiserver'),
      `--etcd-servers=http://${loopback}:${ports.etcd}`,
      `--secure-port=${ports.api}`,
      `--bind-address=${nodeAddress}`,
      `--advertise-address=${nodeAddress}`,
      `--client-ca-file=${file('ca.crt')}`,
      `--tls-cert-file=${file('apiserver.crt')}`,
      `--tls-private-key-file=${file('apiserver.key')}`,
      `--service-account-key-file=${file('service-account.pub')}`,
      `--service-account-signing-key-file=${file('service-account.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      `--service-cluster-ip-range=${serviceRange}`,
      '--allow-privileged=true',
      `--kubelet-client-certificate=${file('kubelet-client.crt')}`,
      `--kubelet-client-key=${file('kubelet-client.key')}`,
      '--kubelet-preferred-address-types=InternalIP',
      // One node, one store: there is nobody to be fair to.
      '--shutdown-delay-duration=0s',
    ],
    listens: [[nodeAddress, ports.api]],
    isHealthy: () => answersWell({ url: `${apiAddress}/readyz`, tls: administratorTls(folders) }),
  };
}

function administratorTls(folders: Folders): { ca: string; cert: string; key: string } {
  const read = (name: string) => readFileSync(join(clusterFiles(folders).certificates, name), 'utf8');
  return { ca: read('ca.crt'), cert: read('admin.crt'), key: read('admin.key') };
}

/** The controllers of Kubernetes. */
export function controllerManager(folders: Folders): Component {
  const files = clusterFiles(folders);
  const certificate = (name: string) => join(files.certificates, name);
  return {
    name: 'kube-controller-manager',
    argv: [
      join(folders.binaries, 'kube-controller-manager'),
      `--kubeconfig=${files.kubeconfig('controller-manager')}`,
      `--service-account-private-key-file=${certificate('service-account.key')}`,
      `--root-ca-file=${certificate('ca.crt')}`,
      `--cluster-signing-cert-file=${certificate('ca.crt')}`,
      `--cluster-signing-key-file=${certificate('ca.key')}`,
      '--use-service-account-credentials',
      '--leader-elect=false',
      `--bind-address=${loopback}`,
      `--secure-port=${ports.controllerManager}`,
    ],
    listens: [[loopback, ports.controllerManager]],
    isHealthy: () => answersWell({ url: `https://${loopback}:${ports.controllerManager}/healthz` }),
  };
}

/** Assigns pods to the node. */
export function scheduler(folders: Folders): Component {
  const files = clusterFiles(folders);
  return {
    name: 'kube-scheduler',
    argv: [
      join(folders.binaries, 'kube-scheduler'),
      `--kubeconfig=${files.kubeconfig('scheduler')}`,
      '--leader-elect=false',
      `--bind-address=${loopback}`,
      `--secure-port=${ports.scheduler}`,
    ],
    listens: [[loopback, ports.scheduler]],
    isHealthy: () => answersWell({ url: `https://${loopback}:${ports.scheduler}/healthz` }),
  };
}

/** Runs the pods of the node. */
export function kubelet(folders: Folders): Component {
  const files = clusterFiles(folders);
  return {
    name: 'kubelet',
    argv: [
      join(folders.binaries, 'kubelet'),
      `--config=${join(files.settings, 'kubelet.json')}`,
      `--kubeconfig=${files.kubeconfig('kubelet')}`,
      `--hostname-override=${nodeName}`,
      `--root-dir=${files.data('kubelet')}`,
      `--node-ip=${nodeAddress}`,
    ],
    listens: [[nodeAddress, ports.kubelet]],
    isHealthy: () => answersWell({ url: `http://${loopback}:${ports.kubeletHealth}/healthz` }),
    stop: stopsGracefully,
  };
}

/** Leads packets for services to their pods. */
export function kubeProxy(folders: Folders): Component {
  const files = clusterFiles(folders);
  return {
    name: 'kube-proxy',
    argv: [
      join(folders.binaries, 'kube-proxy'),
      `--kubeconfig=${files.kubeconfig('proxy')}`,
      `--hostname-override=${nodeName}`,
      `--cluster-cidr=${podRange}`,
      `--healthz-bind-address=${loopback}:${ports.proxyHealth}`,
      `--metrics-bind-address=${loopback}:${ports.proxyMetrics}`,
      // These limits belong to the machine.
      '--conntrack-max-per-core=0',
      '--conntrack-tcp-timeout-established=0',
      '--conntrack-tcp-timeout-close-wait=0',
    ],
    listens: [[loopback, ports.proxyHealth]],
    // 503 while the node is not known yet, which is enough for a start.
    isHealthy: async () => (await httpStatus({ url: `http://${loopback}:${ports.proxyHealth}/healthz` })) !== 0,
    stop: stopsGracefully,
  };
}
