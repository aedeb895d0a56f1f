import { join } from 'node:path';
import { nodeAddress, nodeName, ports } from '../addresses.ts';
import { clusterFiles } from '../cluster/settings.ts';
import { answersWell } from '../processes/probes.ts';
import type { Folders } from '../storage/folders.ts';
import { stopsGracefully, type Component } from './component.ts';

const loopback = '127.0.0.1';

/** Configures Envoy by the routes among the cluster's objects. */
export function contour(folders: Folders): Component {
  const files = clusterFiles(folders);
  const certificate = (name: string) => join(files.certificates, name);
  return {
    name: 'contour',
    argv: [
      join(folders.binaries, 'contour'),
      'serve',
      `--config-path=${join(files.settings, 'contour.json')}`,
      `--kubeconfig=${files.kubeconfig('contour')}`,
      // Envoy is told the keys of all certificates, and so would be whoever else asks.
      `--contour-cafile=${certificate('contour-ca.crt')}`,
      `--contour-cert-file=${certificate('contour-server.crt')}`,
      `--contour-key-file=${certificate('contour-server.key')}`,
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
    reads: [
      join(files.settings, 'contour.json'),
      files.kubeconfig('contour'),
      ...['contour-ca.crt', 'contour-server.crt'].map(certificate),
    ],
    isHealthy: () => answersWell({ url: `http://${loopback}:${ports.contourHealth}/healthz` }),
    stop: stopsGracefully,
  };
}

/** Returns the command that writes Envoy's bootstrap settings: where it gets the rest from. */
export function envoyBootstrapArguments(folders: Folders): string[] {
  const { settings, certificates } = clusterFiles(folders);
  return [
    join(folders.binaries, 'contour'),
    'bootstrap',
    join(settings, 'envoy.json'),
    `--admin-address=${join(settings, 'envoy-admin.sock')}`,
    `--envoy-cafile=${join(certificates, 'contour-ca.crt')}`,
    `--envoy-cert-file=${join(certificates, 'envoy.crt')}`,
    `--envoy-key-file=${join(certificates, 'envoy.key')}`,
    `--xds-address=${loopback}`,
    `--xds-port=${ports.contourXds}`,
  ];
}

/** The proxy behind the gateway's port. */
export function envoy(folders: Folders): Component {
  const { settings, certificates } = clusterFiles(folders);
  return {
    name: 'envoy',
    argv: [
      join(folders.binaries, 'envoy'),
      '--config-path',
      join(settings, 'envoy.json'),
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
    reads: [join(settings, 'envoy.json'), ...['contour-ca.crt', 'envoy.crt'].map((name) => join(certificates, name))],
    // The gateway's own port opens with the first route.
    isHealthy: () => answersWell({ url: `http://${loopback}:${ports.envoyStats}/ready` }),
    stop: stopsGracefully,
  };
}
