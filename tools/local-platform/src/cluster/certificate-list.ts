import { apiServiceAddress, environmentNamespaces, nodeAddress, nodeName } from '../addresses.ts';

/** A certificate that signs others. What trusts it believes it for one purpose, and nothing else. */
export interface Authority {
  readonly name: 'ca' | 'etcd-ca' | 'gateway-ca' | 'contour-ca';
  readonly subject: string;
  /** Extensions besides those of every authority. */
  readonly extensions?: readonly string[];
}

/** An identity, what it may be used for, and who vouches for it. */
export interface Certificate {
  /** Name of its files. */
  readonly name: string;
  readonly authority: Authority['name'];
  readonly subject: string;
  readonly use: 'client' | 'server' | 'peer';
  /** The names by which clients call a server. */
  readonly alternativeNames?: readonly string[];
}

export const authorities: readonly Authority[] = [
  { name: 'ca', subject: '/CN=poc-local-ca' },
  // Whoever shows a certificate of this one reads and writes everything: so it is none that the API server knows.
  { name: 'etcd-ca', subject: '/CN=poc-local-etcd-ca' },
  // Users let their browsers trust it, which it then cannot deceive about other names.
  {
    name: 'gateway-ca',
    subject: '/CN=poc-local-gateway-ca',
    extensions: ['nameConstraints=critical,permitted;DNS:localhost'],
  },
  // By this one Envoy is given the keys of the gateway's listeners.
  { name: 'contour-ca', subject: '/CN=poc-local-contour-ca' },
];

const clientOfCluster = (name: string, subject = `/CN=${name}`): Certificate => ({
  name,
  authority: 'ca',
  subject,
  use: 'client',
});

export const certificates: readonly Certificate[] = [
  {
    name: 'apiserver',
    authority: 'ca',
    subject: '/CN=kube-apiserver',
    use: 'server',
    alternativeNames: [
      `IP:${nodeAddress}`,
      `IP:${apiServiceAddress}`,
      'IP:127.0.0.1',
      'DNS:localhost',
      'DNS:kubernetes',
      'DNS:kubernetes.default',
      'DNS:kubernetes.default.svc',
      'DNS:kubernetes.default.svc.cluster.local',
    ],
  },
  clientOfCluster('admin', '/O=system:masters/CN=poc-local-admin'),
  clientOfCluster('controller-manager', '/CN=system:kube-controller-manager'),
  clientOfCluster('scheduler', '/CN=system:kube-scheduler'),
  clientOfCluster('kubelet', `/O=system:nodes/CN=system:node:${nodeName}`),
  clientOfCluster('proxy', '/CN=system:kube-proxy'),
  clientOfCluster('kube-router'),
  clientOfCluster('load-balancer'),
  clientOfCluster('coredns'),
  clientOfCluster('contour'),
  // What the API server shows to the kubelet: manifests/cluster.yaml says what it may do there.
  clientOfCluster('kubelet-client', '/CN=kube-apiserver-kubelet-client'),
  {
    name: 'kubelet-server',
    authority: 'ca',
    subject: `/CN=${nodeName}`,
    use: 'server',
    alternativeNames: [`IP:${nodeAddress}`, `DNS:${nodeName}`],
  },
  {
    name: 'etcd-server',
    authority: 'etcd-ca',
    subject: '/CN=etcd',
    use: 'server',
    alternativeNames: ['IP:127.0.0.1'],
  },
  { name: 'etcd-peer', authority: 'etcd-ca', subject: '/CN=etcd', use: 'peer', alternativeNames: ['IP:127.0.0.1'] },
  { name: 'etcd-client', authority: 'etcd-ca', subject: '/CN=kube-apiserver-etcd-client', use: 'client' },
  // What the gateway shows to its callers.
  {
    name: 'gateway',
    authority: 'gateway-ca',
    subject: '/CN=poc-local-gateway',
    use: 'server',
    alternativeNames: ['localhost', ...environmentNamespaces.map((name) => `${name}.localhost`)].map(
      (name) => `DNS:${name}`,
    ),
  },
  // Envoy takes its settings from nobody of another name.
  {
    name: 'contour-server',
    authority: 'contour-ca',
    subject: '/CN=contour',
    use: 'server',
    alternativeNames: ['DNS:contour'],
  },
  { name: 'envoy', authority: 'contour-ca', subject: '/CN=envoy', use: 'client' },
];
