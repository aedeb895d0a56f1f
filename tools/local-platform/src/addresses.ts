import { chosenAddressesOrDefaults } from './chosen-addresses.ts';

/**
 * Address of the node. It is put on the loopback interface, so that it stays the same whatever network the machine is
 * in. That nothing outside the machine reaches it takes packet rules: network/neighbour-rules.ts.
 */
export const nodeAddress = '10.95.0.1';

/** Where pods get their addresses from. */
export const podRange = '10.244.0.0/16';

/** Where services get their addresses from. */
export const serviceRange = '10.96.0.0/16';

/** Where services of the type LoadBalancer get their addresses from. */
export const loadBalancerRange = '10.97.0.0/16';

/** Address of the service `kubernetes`: the first of the range. */
export const apiServiceAddress = '10.96.0.1';

/** Address of cluster DNS, as everywhere. */
export const dnsServiceAddress = '10.96.0.10';

/**
 * The addresses that others may have already: macOS answers on port 5000 itself, and a second cluster of kind wants
 * another name. Variables, so that they reach `npm run demo`, Nx and scripts alike.
 */
const chosen = chosenAddressesOrDefaults(process.env);

/** Ports on 127.0.0.1 unless said otherwise. */
export const ports = {
  registry: chosen.registryPort,
  gateway: chosen.gatewayPort,
  /** On the node's address. */
  api: 6443,
  etcd: 2379,
  etcdPeer: 2380,
  controllerManager: 10257,
  scheduler: 10259,
  /** On the node's address. */
  kubelet: 10250,
  kubeletHealth: 10248,
  proxyHealth: 10256,
  proxyMetrics: 10249,
  /** On the node's address. */
  dns: 10053,
  dnsHealth: 10054,
  contourXds: 10801,
  contourHealth: 10802,
  contourDebug: 10803,
  envoyStats: 10804,
  networkPolicyMetrics: 10805,
  loadBalancerHealth: 10806,
} as const;

/** Where docker's server listens. */
export const dockerSocket = '/var/run/docker.sock';

/** The registry, as image references name it. */
export const registryAddress = `127.0.0.1:${ports.registry}`;

/** The gateway, as callers of services name it. */
export const gatewayAddress = `http://127.0.0.1:${ports.gateway}`;

/** Name of the platform's context, cluster and user in kubeconfig files. */
export const contextName = chosen.name;

/** Name that the node registers under. */
export const nodeName = 'poc';

/** Namespaces that `up` makes: one for each environment. */
export const environmentNamespaces = ['dev', 'preprod', 'prod'] as const;
