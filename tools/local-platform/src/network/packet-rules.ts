/** Which chains and interfaces are to go from a machine's packet rules. */
export interface Doomed {
  /** Whether a chain was made by the platform. */
  readonly chain: (name: string) => boolean;
  /** Interfaces that the platform made. */
  readonly interfaces: readonly string[];
  /** Starts of comments that mark rules of the platform. */
  readonly comments: readonly string[];
}

/** Chains of kube-proxy, kube-router, kubelet and the pod network. */
export const clusterRules: Doomed = {
  chain: (name) => /^(KUBE|CNI)-/.test(name),
  interfaces: ['cni0'],
  comments: ['kubernetes ', 'CNI portfwd '],
};

/** Chains of docker's server. */
export const engineRules: Doomed = {
  chain: (name) => /^DOCKER(-|$)/.test(name),
  interfaces: ['docker0'],
  comments: [],
};

/**
 * Tells how to take rules away.
 * @param saved what `iptables-save` prints.
 * @returns input for `iptables-restore --noflush`, empty when there is nothing to take away.
 */
export function removalOf(saved: string, doomed: readonly Doomed[]): string {
  const output: string[] = [];
  let table = '';
  let deletions: string[] = [];
  let chains: string[] = [];
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) {
      [table, deletions, chains] = [line, [], []];
    } else if (line.startsWith(':')) {
      const name = line.slice(1).split(' ')[0] ?? '';
      if (isDoomedChain(name, doomed)) chains.push(name);
    } else if (line.startsWith('-A ')) {
      const [, chain = ''] = line.split(' ');
      if (!isDoomedChain(chain, doomed) && isDoomedRule(line, doomed)) deletions.push(`-D ${line.slice(3)}`);
    } else if (line === 'COMMIT' && deletions.length + chains.length > 0) {
      const flushes = chains.map((name) => `-F ${name}`);
      output.push(table, ...deletions, ...flushes, ...chains.map((name) => `-X ${name}`), 'COMMIT');
    }
  }
  return output.length === 0 ? '' : `${output.join('\n')}\n`;
}

function isDoomedChain(name: string, doomed: readonly Doomed[]): boolean {
  return doomed.some(({ chain }) => chain(name));
}

function isDoomedRule(rule: string, doomed: readonly Doomed[]): boolean {
  const target = / (?:-j|-g) (\S+)/.exec(rule)?.[1];
  if (target !== undefined && isDoomedChain(target, doomed)) return true;
  const interfaces = [...rule.matchAll(/ (?:-i|-o) (\S+)/g)].map(([, name]) => name);
  const comment = /--comment "?([^"]*)/.exec(rule)?.[1] ?? '';
  return doomed.some(
    (one) =>
      one.interfaces.some((name) => interfaces.includes(name)) ||
      one.comments.some((start) => comment.startsWith(start)),
  );
}
