import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contextName, dnsServiceAddress, nodeAddress, podRange, ports } from '../addresses.ts';
import type { Folders } from '../storage/folders.ts';
import { pauseImage } from '../containers/registry-contents.ts';
import { kubeconfigOf, type KubeconfigEntry } from './kubeconfig.ts';

/** The paths of the files of the cluster. */
export interface ClusterFiles {
  readonly certificates: string;
  readonly settings: string;
  /** Data of etcd, containerd and kubelet, by name. */
  readonly data: (name: string) => string;
  readonly containerdSocket: string;
  /** kubeconfig file of a part of the cluster, or of its administrator. */
  readonly kubeconfig: (who: ClusterUser) => string;
}

/** A user of the cluster with a kubeconfig file of the platform. */
export type ClusterUser = (typeof clusterUsers)[number];

const clusterUsers = [
  'admin',
  'controller-manager',
  'scheduler',
  'kubelet',
  'proxy',
  'kube-router',
  'coredns',
  'contour',
] as const;

/** Returns the paths of the files of the cluster. */
export function clusterFiles({ state }: Folders): ClusterFiles {
  const settings = join(state, 'cluster');
  return {
    certificates: join(state, 'certificates'),
    settings,
    data: (name) => join(state, 'data', name),
    containerdSocket: join(state, 'data', 'containerd.sock'),
    kubeconfig: (who) => (who === 'admin' ? join(state, 'kubeconfig') : join(settings, `${who}.kubeconfig`)),
  };
}

/** Address of the API server. */
export const apiAddress = `https://${nodeAddress}:${ports.api}`;

/** Returns the entry of this cluster for kubeconfig files. It contains the certificates, so that a copy works anywhere. */
export function kubeconfigEntry(files: ClusterFiles, who: ClusterUser): KubeconfigEntry {
  const encoded = (name: string) => readFileSync(join(files.certificates, name)).toString('base64');
  return {
    name: contextName,
    cluster: { server: apiAddress, 'certificate-authority-data': encoded('ca.crt') },
    user: { 'client-certificate-data': encoded(`${who}.crt`), 'client-key-data': encoded(`${who}.key`) },
  };
}

/** Writes the settings of the cluster's components. The certificates have to exist. */
export function writeClusterSettings(folders: Folders): void {
  const files = clusterFiles(folders);
  mkdirSync(join(files.settings, 'cni'), { recursive: true });
  mkdirSync(join(files.settings, 'static-pods'), { recursive: true });
  for (const who of clusterUsers)
    writeFileSync(files.kubeconfig(who), kubeconfigOf(kubeconfigEntry(files, who)), { mode: 0o600 });
  const write = (name: string, text: string) => writeFileSync(join(files.settings, name), text);
  write('containerd.toml', containerdSettings(files));
  write('cni/10-poc.conflist', JSON.stringify(podNetwork(files), undefined, 2));
  write('kubelet.json', JSON.stringify(kubeletSettings(files), undefined, 2));
  write('Corefile', coreFile(files));
  write('contour.json', JSON.stringify(contourSettings));
}

const contourSettings = {
  gateway: { gatewayRef: { namespace: 'gateway', name: 'public' } },
  // No port on which Envoy shows its settings. Contour means 0 to be that, but puts its default in the place of it.
  network: { 'admin-port': -1 },
};

function containerdSettings(files: ClusterFiles): string {
  const text = JSON.stringify;
  return `version = 2
root = ${text(files.data('containerd'))}
state = ${text(files.data('containerd-run'))}
[grpc]
  address = ${text(files.containerdSocket)}
[plugins."io.containerd.internal.v1.opt"]
  path = ${text(files.data('containerd-opt'))}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${text(pauseImage)}
  # Without CAP_SYS_RESOURCE no process may be made harder to kill than its parent, and no pod would start.
  restrict_oom_score_adj = true
  # So that nothing of a pod is mounted outside the platform's own folder.
  netns_mounts_under_state_dir = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".registry]
    # Registries whose certificates docker trusts, nodes trust as well: HOST:PORT/ca.crt.
    config_path = "/etc/docker/certs.d"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = ${text(join(files.settings, 'cni'))}
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
`;
}

function podNetwork(files: ClusterFiles): object {
  const addresses = {
    type: 'host-local',
    dataDir: files.data('pod-addresses'),
    ranges: [[{ subnet: podRange }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  const bridge = { type: 'bridge', bridge: 'cni0', isGateway: true, ipMasq: true, hairpinMode: true, ipam: addresses };
  return {
    cniVersion: '0.4.0',
    name: contextName,
    plugins: [bridge, { type: 'portmap', capabilities: { portMappings: true } }],
  };
}

function kubeletSettings(files: ClusterFiles): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: nodeAddress,
    port: ports.kubelet,
    readOnlyPort: 0,
    tlsCertFile: join(files.certificates, 'kubelet-server.crt'),
    tlsPrivateKeyFile: join(files.certificates, 'kubelet-server.key'),
    healthzBindAddress: '127.0.0.1',
    healthzPort: ports.kubeletHealth,
    cgroupDriver: 'cgroupfs',
    containerRuntimeEndpoint: `unix://${files.containerdSocket}`,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: join(files.certificates, 'ca.crt') },
    },
    // It asks the API server who may read logs and enter containers.
    authorization: { mode: 'Webhook' },
    failSwapOn: false,
    // Kernels of cgroup v1 still do.
    failCgroupV1: false,
    clusterDomain: 'cluster.local',
    clusterDNS: [dnsServiceAddress],
    // The machine's own resolver may be one that pods cannot reach; CoreDNS forwards for them.
    resolvConf: '/etc/resolv.conf',
    staticPodPath: join(files.settings, 'static-pods'),
    podLogsDir: files.data('pod-logs'),
    volumePluginDir: files.data('volume-plugins'),
    enforceNodeAllocatable: [],
    cgroupsPerQOS: true,
    maxPods: 250,
    registryPullQPS: 0,
    serializeImagePulls: false,
    // A developer's disk is often fuller than that of a server.
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '1%',
      'imagefs.available': '1%',
      'nodefs.inodesFree': '1%',
    },
    imageGCHighThresholdPercent: 99,
    imageGCLowThresholdPercent: 98,
    shutdownGracePeriod: '0s',
  };
}

/** With the times of kubeadm's and AKS' own: a name may lead to where it led half a minute ago. */
function coreFile(files: ClusterFiles): string {
  return `.:${ports.dns} {
  bind ${nodeAddress}
  errors
  health 127.0.0.1:${ports.dnsHealth}
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${files.kubeconfig('coredns')}
    ttl 30
  }
  forward . /etc/resolv.conf
  cache 30
}
`;
}
