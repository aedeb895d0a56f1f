import { serviceRange } from '../addresses.ts';
import { runCommand, tryCommand } from '../processes/run-command.ts';

/** Only what kube-proxy led nowhere is still for a service when it is routed. Pods' bridge: the node's own packets are routed before. */
const rule = ['iif', 'cni0', 'to', serviceRange, 'priority', '100', 'unreachable'];

/**
 * Lets pods' packets for a service without endpoints end here, told at once. kube-proxy's own rule for them comes behind
 * those of network policies, which let them through: the network around the machine would get them, and may answer.
 */
export async function keepServiceRangeInside(signal: AbortSignal | undefined): Promise<void> {
  await openServiceRange();
  await runCommand('keep packets for services on this machine', ['ip', 'rule', 'add', ...rule], { signal });
}

/** Undoes that. */
export async function openServiceRange(): Promise<void> {
  await tryCommand(['ip', 'rule', 'del', ...rule]);
}
