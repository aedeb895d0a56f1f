import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeAddress, nodeName, ports, serviceRange } from '../addresses.ts';
import { clusterFiles } from '../cluster/settings.ts';
import { answersWell } from '../processes/probes.ts';
import { projectFolder, type Folders } from '../storage/folders.ts';
import { stopsGracefully, type Component } from './component.ts';

const loopback = '127.0.0.1';

/** Name service of the cluster. */
export function coredns(folders: Folders): Component {
  const files = clusterFiles(folders);
  const settings = join(files.settings, 'Corefile');
  return {
    name: 'coredns',
    argv: [join(folders.binaries, 'coredns'), `-conf=${settings}`],
    listens: [[nodeAddress, ports.dns]],
    reads: [settings, files.kubeconfig('coredns')],
    isHealthy: () => answersWell({ url: `http://${loopback}:${ports.dnsHealth}/health` }),
    stop: stopsGracefully,
  };
}

/** Enforces network policies, by packet rules beside those of kube-proxy; it routes nothing. */
export function kubeRouter(folders: Folders): Component {
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
    reads: [clusterFiles(folders).kubeconfig('kube-router')],
    isHealthy: () => answersWell({ url: metrics }),
    stop: stopsGracefully,
  };
}

/** Gives addresses to services, as a cloud does. A process of this project's own source. */
export function loadBalancer(folders: Folders): Component {
  const tsx = pathToFileURL(join(projectFolder, '..', '..', 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;
  return {
    name: 'load-balancer',
    argv: [process.execPath, '--import', tsx, join(projectFolder, 'src', 'load-balancer', 'main.ts')],
    listens: [[loopback, ports.loadBalancerHealth]],
    reads: [join(clusterFiles(folders).certificates, 'load-balancer.crt')],
    isHealthy: () => answersWell({ url: `http://${loopback}:${ports.loadBalancerHealth}/` }),
    stop: stopsGracefully,
  };
}
