import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { findCommand } from '../src/system-packages.ts';
import { allProcesses, argumentsOf } from '../src/processes/process-identity.ts';
import { down, status, up } from '../src/platform.ts';
import { streamOutput } from '../src/command/output.ts';
import { clusterFiles } from '../src/cluster/settings.ts';
import { platformFolders } from '../src/storage/folders.ts';

/** Folder of the volumes, which the pods that ran wrote to. */
const volumes = clusterFiles(platformFolders()).data('volumes');

/** Returns everything on the machine that a platform could leave behind, one line for each thing. */
function machine(): Record<string, string[]> {
  return {
    processes: allProcesses()
      .map(({ pid }) => argumentsOf(pid).join(' '))
      .filter((text) =>
        /etcd|kube|containerd|dockerd|docker-proxy|registry serve|contour|envoy|coredns|local-path-provisioner|\/pause/.test(
          text,
        ),
      ),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4] ?? ''),
    interfaces: readdirSync('/sys/class/net'),
    addresses: command('ip', '-o', 'address', 'show', 'dev', 'lo').map((line) =>
      line.split(/\s+/).slice(0, 4).join(' '),
    ),
    routes: command('ip', 'route', 'show'),
    'network namespaces': command('ip', 'netns', 'list'),
    'packet rules': ['iptables-save', 'ip6tables-save'].flatMap((name) =>
      findCommand(name) === undefined ? [] : command(name).filter((line) => /^(-A|:.* - )/.test(line)),
    ),
    'address sets': findCommand('ipset') === undefined ? [] : command('ipset', 'list', '-name'),
    'control groups': controlGroups(),
    volumes: existsSync(volumes) ? readdirSync(volumes) : [],
    settings: ['net/ipv4/ip_forward', 'net/ipv4/conf/all/route_localnet', 'vm/overcommit_memory', 'kernel/panic'].map(
      (name) => `${name}=${readFileSync(`/proc/sys/${name}`, 'utf8').trim()}`,
    ),
    kubeconfig: existsSync(`${process.env['HOME']}/.kube/config`)
      ? readFileSync(`${process.env['HOME']}/.kube/config`, 'utf8').split('\n')
      : [],
  };
}

function command(name: string, ...args: string[]): string[] {
  return execFileSync(name, args, { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
}

function controlGroups(): string[] {
  const root = '/sys/fs/cgroup';
  return [root, ...readdirSync(root).map((name) => `${root}/${name}`)]
    .flatMap((folder) => ['kubepods', 'docker'].map((name) => `${folder}/${name}`))
    .filter((path) => existsSync(path));
}

/** Brings the platform up and down again and tells what is left. */
async function main(): Promise<number> {
  if ((await status()) !== undefined) {
    console.error('The platform is up. Take it down first: this test has to know the machine without it.');
    return 2;
  }
  const before = machine();
  const output = streamOutput();
  const begun = Date.now();
  const { binaries, kubeconfig } = await up({ provider: 'built', output });
  console.log(`up after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  await runPod(binaries, kubeconfig);
  const ended = Date.now();
  await down(output);
  console.log(`down after ${((Date.now() - ended) / 1000).toFixed(1)} s`);
  // The kernel takes a namespace's interfaces away a moment after its last process.
  await sleep(500);
  const after = machine();
  let left = 0;
  for (const [kind, lines] of Object.entries(after)) {
    for (const line of difference(lines, before[kind] ?? [])) {
      console.error(`left behind (${kind}): ${line}`);
      left += 1;
    }
    for (const line of difference(before[kind] ?? [], lines)) {
      console.error(`lost (${kind}): ${line}`);
      left += 1;
    }
  }
  console.log(left === 0 ? 'Nothing is left behind.' : `${left} things are not as they were.`);
  return left === 0 ? 0 : 1;
}

/**
 * Pods with a volume in memory and one that writes to a claimed one, a service on a port of the node and one with an
 * address, and a network policy: what leaves mounts, folders, interfaces, rules and sets of addresses.
 */
async function runPod(binaries: string, kubeconfig: string): Promise<void> {
  const kubectl = (...args: string[]) =>
    command(`${binaries}/kubectl`, `--kubeconfig=${kubeconfig}`, '--namespace=dev', ...args);
  const image = '127.0.0.1:5000/library/node:24-bookworm-slim';
  kubectl('create', 'deployment', 'guest', `--image=${image}`, '--replicas=2', '--', 'sleep', '600');
  kubectl('expose', 'deployment', 'guest', '--port=80', '--type=NodePort');
  kubectl('expose', 'deployment', 'guest', '--port=80', '--type=LoadBalancer', '--name=outside');
  const argv = [`--kubeconfig=${kubeconfig}`, 'apply', '--filename=-'];
  for (const object of [policy, claim, writer(image)]) {
    execFileSync(`${binaries}/kubectl`, argv, { input: JSON.stringify(object) });
  }
  kubectl('rollout', 'status', 'deployment/guest', '--timeout=60s');
  kubectl('wait', 'pod/writer', '--for=condition=Ready', '--timeout=60s');
  if (readdirSync(volumes).length === 0) throw new Error(`the volume of the pod is not in ${volumes}`);
}

const policy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'guest', namespace: 'dev' },
  spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] },
};

const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'paper', namespace: 'dev' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Mi' } } },
};

/** A pod that writes to a folder of its volume, which is a mount of its own. */
function writer(image: string) {
  const container = {
    name: 'writer',
    image,
    command: ['sh', '-c', 'echo hello > /page/1 && exec sleep 600'],
    volumeMounts: [{ name: 'paper', mountPath: '/page', subPath: 'page' }],
  };
  const volume = { name: 'paper', persistentVolumeClaim: { claimName: 'paper' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'writer', namespace: 'dev' },
    spec: { containers: [container], volumes: [volume] },
  };
}

function difference(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const index = left.indexOf(line);
    if (index === -1) return true;
    left.splice(index, 1);
    return false;
  });
}

process.exit(await main());
