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
    stop: stopsGracefully,
  };
}

/** Returns the command that writes Envoy's bootstrap settings: where it gets the rest from. */
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
    stop: stopsGracefully,
  };
}
