/** A description of the packet rules that one part of the platform makes on the machine. */
export interface RulesToRemove {
  /** Reports whether a chain was made by the platform. */
  readonly chain: (name: string) => boolean;
  /** Interfaces that the platform made. */
  readonly interfaces: readonly string[];
  /** Starts of comments that mark rules of the platform. */
  readonly comments: readonly string[];
}

/** Chains of kube-proxy, kube-router, kubelet and the pod network. */
export const clusterRules: RulesToRemove = {
  chain: (name) => /^(KUBE|CNI)-/.test(name),
  interfaces: ['cni0'],
  comments: ['kubernetes ', 'CNI portfwd '],
};

/** Chains of docker's server. */
export const engineRules: RulesToRemove = {
  chain: (name) => /^DOCKER(-|$)/.test(name),
  interfaces: ['docker0'],
  comments: [],
};

/**
 * Returns the commands that remove rules.
 * @param saved what `iptables-save` prints.
 * @returns input for `iptables-restore --noflush`, empty when there is nothing to remove.
 */
export function removalOf(saved: string, rulesToRemove: readonly RulesToRemove[]): string {
  const output: string[] = [];
  let table = '';
  let deletions: string[] = [];
  let chains: string[] = [];
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) {
      [table, deletions, chains] = [line, [], []];
    } else if (line.startsWith(':')) {
      const name = line.slice(1).split(' ')[0] ?? '';
      if (isChainToRemove(name, rulesToRemove)) chains.push(name);
    } else if (line.startsWith('-A ')) {
      const [, chain = ''] = line.split(' ');
      if (!isChainToRemove(chain, rulesToRemove) && isRuleToRemove(line, rulesToRemove))
        deletions.push(`-D ${line.slice(3)}`);
    } else if (line === 'COMMIT' && deletions.length + chains.length > 0) {
      const flushes = chains.map((name) => `-F ${name}`);
      output.push(table, ...deletions, ...flushes, ...chains.map((name) => `-X ${name}`), 'COMMIT');
    }
  }
  return output.length === 0 ? '' : `${output.join('\n')}\n`;
}

function isChainToRemove(name: string, rulesToRemove: readonly RulesToRemove[]): boolean {
  return rulesToRemove.some(({ chain }) => chain(name));
}

function isRuleToRemove(rule: string, rulesToRemove: readonly RulesToRemove[]): boolean {
  const target = / (?:-j|-g) (\S+)/.exec(rule)?.[1];
  if (target !== undefined && isChainToRemove(target, rulesToRemove)) return true;
  const interfaces = [...rule.matchAll(/ (?:-i|-o) (\S+)/g)].map(([, name]) => name);
  const comment = /--comment "?([^"]*)/.exec(rule)?.[1] ?? '';
  return rulesToRemove.some(
    (one) =>
      one.interfaces.some((name) => interfaces.includes(name)) ||
      one.comments.some((start) => comment.startsWith(start)),
  );
}
