import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeAddress, nodeName, podRange, ports, serviceRange } from '../addresses.ts';
import { apiAddress, clusterFiles } from '../cluster/settings.ts';
import { acceptsOnSocket, answersWell, httpStatus, type HttpProbe } from '../processes/probes.ts';
import type { Folders } from '../storage/folders.ts';
import { findCommand } from '../system-packages.ts';
import { stopsGracefully, type Component } from './component.ts';

const loopback = '127.0.0.1';

/**
 * The store of the API server. Its data is removed with the cluster, so that no write has to wait for the disk. Whoever
 * writes to it is above all rules of the cluster: it knows nobody but who has a certificate of its own authority.
 */
export function etcd(folders: Folders): Component {
  const [client, peer] = [`https://${loopback}:${ports.etcd}`, `https://${loopback}:${ports.etcdPeer}`];
  const file = (name: string) => join(clusterFiles(folders).certificates, name);
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
      '--client-cert-auth',
      `--trusted-ca-file=${file('etcd-ca.crt')}`,
      `--cert-file=${file('etcd-server.crt')}`,
      `--key-file=${file('etcd-server.key')}`,
      '--peer-client-cert-auth',
      `--peer-trusted-ca-file=${file('etcd-ca.crt')}`,
      `--peer-cert-file=${file('etcd-peer.crt')}`,
      `--peer-key-file=${file('etcd-peer.key')}`,
      // What browsers could speak.
      '--enable-grpc-gateway=false',
      `--cors=${client}`,
      `--host-whitelist=${loopback}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    listens: [
      [loopback, ports.etcd],
      [loopback, ports.etcdPeer],
    ],
    reads: ['etcd-ca.crt', 'etcd-server.crt', 'etcd-peer.crt'].map(file),
    isHealthy: () => answersWell({ url: `${client}/health`, tls: tlsOf(folders, 'etcd-ca', 'etcd-client') }),
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
      `--etcd-servers=https://${loopback}:${ports.etcd}`,
      `--etcd-cafile=${file('etcd-ca.crt')}`,
      `--etcd-certfile=${file('etcd-client.crt')}`,
      `--etcd-keyfile=${file('etcd-client.key')}`,
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
      `--kubelet-certificate-authority=${file('ca.crt')}`,
      `--kubelet-client-certificate=${file('kubelet-client.crt')}`,
      `--kubelet-client-key=${file('kubelet-client.key')}`,
      '--kubelet-preferred-address-types=InternalIP',
      // One node, one store: there is nobody to be fair to.
      '--shutdown-delay-duration=0s',
    ],
    listens: [[nodeAddress, ports.api]],
    reads: ['ca.crt', 'apiserver.crt', 'etcd-ca.crt', 'etcd-client.crt', 'kubelet-client.crt'].map(file),
    isHealthy: () => answersWell({ url: `${apiAddress}/readyz`, tls: tlsOf(folders, 'ca', 'admin') }),
  };
}

/** Returns what a client of the platform trusts and shows; nothing while the certificates are not there. */
function tlsOf(folders: Folders, authority: string, client: string): HttpProbe['tls'] {
  const path = (name: string) => join(clusterFiles(folders).certificates, name);
  const [ca, cert, key] = [path(`${authority}.crt`), path(`${client}.crt`), path(`${client}.key`)];
  // A platform of an older version has fewer.
  if (![ca, cert, key].every((file) => existsSync(file))) return {};
  return { ca: readFileSync(ca, 'utf8'), cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
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
    reads: [files.kubeconfig('controller-manager'), certificate('ca.crt')],
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
    reads: [files.kubeconfig('scheduler')],
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
    reads: [
      join(files.settings, 'kubelet.json'),
      files.kubeconfig('kubelet'),
      join(files.certificates, 'kubelet-server.crt'),
    ],
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
      // By default on every address of the machine.
      `--nodeport-addresses=127.0.0.0/8,${nodeAddress}/32`,
      // These limits belong to the machine.
      '--conntrack-max-per-core=0',
      '--conntrack-tcp-timeout-established=0',
      '--conntrack-tcp-timeout-close-wait=0',
    ],
    listens: [[loopback, ports.proxyHealth]],
    reads: [files.kubeconfig('proxy')],
    // 503 while the node is not known yet, which is enough for a start.
    isHealthy: async () => (await httpStatus({ url: `http://${loopback}:${ports.proxyHealth}/healthz` })) !== 0,
    stop: stopsGracefully,
  };
}
