import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeAddress, nodeName, podRange, ports, serviceRange } from '../addresses.ts';
import { projectFolder, type Folders } from '../folders.ts';
import type { Component } from '../processes/component.ts';
import { acceptsOnSocket, answersWell, httpStatus } from '../processes/probes.ts';
import { findCommand } from '../system-packages.ts';
import { apiAddress, clusterFiles } from './settings.ts';

const loopback = '127.0.0.1';

/** The store of the API server. Its data goes with the cluster, so that it need not wait for the disk. */
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

/** What runs once the API server answers. */
export function controlLoops(folders: Folders): Component[] {
  const files = clusterFiles(folders);
  const certificate = (name: string) => join(files.certificates, name);
  return [
    {
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
    },
    {
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
    },
    {
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
    },
    {
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
    },
  ];
}

/** Enforces network policies, by packet rules beside those of kube-proxy; it routes nothing. */
export function networkPolicies(folders: Folders): Component {
  const metrics = `http://${loopback}:${ports.networkPolicyMetrics}/metrics`;
  return {
    name: 'kube-router',
    argv: [
      join(folders.binaries, 'kube-router'),
      `--kubeconfig=${clusterFiles(folders).kubeconfig('kube-router')}`,
      `--hostname-override=${nodeName}`,
      '--run-firewall=true',
      '--run-router=false',
      '--run-service-proxy=false',
      `--service-cluster-ip-range=${serviceRange}`,
      `--metrics-addr=${loopback}`,
      `--metrics-port=${ports.networkPolicyMetrics}`,
      // It would listen on every address of the machine.
      '--health-port=0',
    ],
    listens: [[loopback, ports.networkPolicyMetrics]],
    isHealthy: () => answersWell({ url: metrics }),
  };
}

/** Gives addresses to services, as a cloud does. A process of this project's own source. */
export function loadBalancer(): Component {
  const tsx = pathToFileURL(join(projectFolder, '..', '..', 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;
  return {
    name: 'load-balancer',
    argv: [process.execPath, '--import', tsx, join(projectFolder, 'src', 'load-balancer', 'main.ts')],
    listens: [[loopback, ports.loadBalancerHealth]],
    isHealthy: () => answersWell({ url: `http://${loopback}:${ports.loadBalancerHealth}/` }),
  };
}

/** Name service of the cluster. */
export function coredns(folders: Folders): Component {
  return {
    name: 'coredns',
    argv: [join(folders.binaries, 'coredns'), `-conf=${join(clusterFiles(folders).settings, 'Corefile')}`],
    listens: [[nodeAddress, ports.dns]],
    isHealthy: () => answersWell({ url: `http://${loopback}:${ports.dnsHealth}/health` }),
  };
}

/** Tells Envoy the routes that the cluster's objects ask for. */
export function contour(folders: Folders): Component {
  const files = clusterFiles(folders);
  return {
    name: 'contour',
    argv: [
      join(folders.binaries, 'contour'),
      'serve',
      `--config-path=${join(files.settings, 'contour.json')}`,
      `--kubeconfig=${files.kubeconfig('admin')}`,
      '--insecure',
      '--disable-leader-election',
      `--xds-address=${loopback}`,
      `--xds-port=${ports.contourXds}`,
      `--envoy-service-http-address=${loopback}`,
      `--envoy-service-http-port=${ports.gateway}`,
      // The load balancer leads to listeners of the environments, and those are HTTPS all.
      `--envoy-service-https-address=${nodeAddress}`,
      `--health-address=${loopback}`,
      `--health-port=${ports.contourHealth}`,
      `--http-address=${loopback}`,
      `--http-port=${ports.contourHealth}`,
      `--debug-http-address=${loopback}`,
      `--debug-http-port=${ports.contourDebug}`,
      `--stats-address=${loopback}`,
      `--stats-port=${ports.envoyStats}`,
    ],
    listens: [
      [loopback, ports.contourXds],
      [loopback, ports.contourHealth],
    ],
    isHealthy: () => answersWell({ url: `http://${loopback}:${ports.contourHealth}/healthz` }),
  };
}

/** Arguments that make Envoy's first settings: where to ask Contour for the rest. */
export function envoyBootstrapArguments(folders: Folders): string[] {
  return [
    join(folders.binaries, 'contour'),
    'bootstrap',
    join(clusterFiles(folders).settings, 'envoy.json'),
    `--admin-address=${join(clusterFiles(folders).settings, 'envoy-admin.sock')}`,
    `--xds-address=${loopback}`,
    `--xds-port=${ports.contourXds}`,
  ];
}

/** The proxy behind the gateway's port. */
export function envoy(folders: Folders): Component {
  return {
    name: 'envoy',
    argv: [
      join(folders.binaries, 'envoy'),
      '--config-path',
      join(clusterFiles(folders).settings, 'envoy.json'),
      '--service-node',
      nodeName,
      '--service-cluster',
      'gateway',
      '--log-level',
      'warn',
      // What hot restarts need makes it end with the process that started it, and share memory with other Envoys.
      '--disable-hot-restart',
    ],
    listens: [[loopback, ports.gateway]],
    // The gateway's own port opens with the first route.
    isHealthy: () => answersWell({ url: `http://${loopback}:${ports.envoyStats}/ready` }),
  };
}
