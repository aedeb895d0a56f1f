import { loadBalancerRange, nodeAddress, podRange, ports, serviceRange } from '../addresses.ts';
import { removalOf, type RulesToRemove } from './packet-rules.ts';

/** The facts that the packet rules depend on, besides the platform's addresses. */
export interface NeighbourFacts {
  /** True for a cluster of host processes, which has addresses and ports of its own. */
  readonly cluster: boolean;
  /** True when the machine led packets from one network into another before there was a platform. */
  readonly wasRouter: boolean;
  /** Further users who may use the registry: whoever became root to bring the platform up. */
  readonly registryUsers: readonly number[];
}

/** Chains of these rules. */
export const neighbourRules: RulesToRemove = {
  chain: (name) => /^POC-(OUTSIDE|ROUTER|USERS)$/.test(name),
  interfaces: [],
  comments: [],
};

/** The bridges of pods and of docker's default network, and what leaves the machine only to come back. */
const inside = ['lo', 'cni0', 'docker0'];

/** Bridges of further networks of container engines. Packets may be led to and from them, as their engines want it. */
const engineBridges = ['br-+', 'podman+', 'cni-podman+'];

const known = '-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN';

/** Ports of 127.0.0.1 that only components call, which run as root: metrics, health, settings, and the store. */
export const componentPorts = [
  ports.etcd,
  ports.etcdPeer,
  ports.controllerManager,
  ports.scheduler,
  ports.kubeletHealth,
  ports.proxyHealth,
  ports.proxyMetrics,
  ports.dnsHealth,
  ports.contourXds,
  ports.contourHealth,
  ports.contourDebug,
  ports.envoyStats,
  ports.networkPolicyMetrics,
  ports.loadBalancerHealth,
];

/**
 * Returns the commands that put in the rules which keep neighbours in the machine's networks, and other users of the
 * machine, away from the platform; in place of those that an earlier call put in.
 *
 * The kernel answers for an address whatever interface asks for it, also for one of the loopback interface. So what
 * comes from an interface that is none of the platform's is dropped when it is for an address of the platform: as it
 * arrives, and again where kube-proxy has led it on by then, such as from a port of the node. Replies pass.
 * @param saved what `iptables-save` prints.
 * @returns input for `iptables-restore --noflush`.
 */
export function neighbourRulesInput(saved: string, facts: NeighbourFacts): string {
  const mangle = [
    ...(facts.cluster ? chain('POC-OUTSIDE', ['PREROUTING', 'INPUT', 'FORWARD'], outsideRules) : []),
    ...(facts.wasRouter ? [] : chain('POC-ROUTER', ['FORWARD'], routerRules)),
  ];
  const filter = facts.cluster ? chain('POC-USERS', ['OUTPUT'], userRules(facts.registryUsers)) : [];
  const tables = [mangle, filter].map((lines, index) => [index === 0 ? '*mangle' : '*filter', ...lines, 'COMMIT']);
  return `${removalOf(saved, [neighbourRules])}${tables.map((lines) => `${lines.join('\n')}\n`).join('')}`;
}

/** Reports whether all of the rules are there, which are written as the kernel's are printed. @param saved what `iptables-save` prints. */
export function hasNeighbourRules(saved: string, facts: NeighbourFacts): boolean {
  const wanted = neighbourRulesInput('', facts)
    .split('\n')
    .filter((line) => /^-[AI] /.test(line))
    .map((line) => line.replace(/^-I (\S+) 1 /, '-A $1 '));
  const lines = new Set(saved.split('\n'));
  return wanted.every((line) => lines.has(line));
}

const outsideRules = [
  known,
  // Neither may a pod: route_localnet, which kube-proxy switches on, has the kernel believe such packets.
  '-d 127.0.0.0/8 ! -i lo -j DROP',
  ...inside.map((name) => `-i ${name} -j RETURN`),
  ...[`${nodeAddress}/32`, serviceRange, loadBalancerRange, podRange].map((range) => `-d ${range} -j DROP`),
];

/** The machine forwards for containers, and not from one network that it is in into another. */
const routerRules = [
  known,
  ...[...inside, ...engineBridges].flatMap((name) => [`-i ${name} -j RETURN`, `-o ${name} -j RETURN`]),
  '-j DROP',
];

/** Only as it is opened has a connection surely an owner: what is left to send after it was closed belongs to nobody. */
const opensConnection = '-d 127.0.0.0/8 -o lo -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN';

/** Registries have no login here, and what is pushed to this one runs: also with rights on the machine. */
function userRules(registryUsers: readonly number[]): string[] {
  const refuse = '-j REJECT --reject-with tcp-reset';
  return [
    '-m owner --uid-owner 0 -j RETURN',
    `-p tcp -m multiport --dports ${componentPorts.join(',')} ${refuse}`,
    ...registryUsers.map((user) => `-m owner --uid-owner ${user} -j RETURN`),
    `-p tcp -m tcp --dport ${ports.registry} ${refuse}`,
  ];
}

/** Returns a chain, to which the built-in ones lead first of all. */
function chain(name: string, from: readonly string[], rules: readonly string[]): string[] {
  return [
    `:${name} - [0:0]`,
    ...rules.map((rule) => `-A ${name} ${rule}`),
    ...from.map((builtIn) => `-I ${builtIn} 1${builtIn === 'OUTPUT' ? ` ${opensConnection}` : ''} -j ${name}`),
  ];
}
