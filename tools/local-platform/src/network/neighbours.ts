import { runCommand } from '../processes/run-command.ts';
import type { Folders } from '../storage/folders.ts';
import { settingBefore } from './machine-settings.ts';
import { hasNeighbourRules, neighbourRulesInput, type NeighbourFacts } from './neighbour-rules.ts';

/** The part of the rules: all for a cluster of host processes, or those of a machine that forwards for docker alone. */
export type Kept = 'cluster' | 'engine';

let changing: Promise<void> = Promise.resolve();

/**
 * Keeps neighbours in the machine's networks, and other users of the machine, away from the cluster of host processes,
 * by the rules of this version of the platform. Callers take turns. The machine's settings have to be remembered.
 */
export function keepNeighboursOut(folders: Folders, signal: AbortSignal | undefined): Promise<void> {
  return inTurn(() => writeRules(folders, 'cluster', false, signal));
}

/** Puts the rules in again where they are gone. What somebody added to the chains, to let a network in, stays. */
export function ensureNeighboursOut(folders: Folders, kept: Kept, signal: AbortSignal | undefined): Promise<void> {
  return inTurn(() => writeRules(folders, kept, true, signal));
}

function inTurn(work: () => Promise<void>): Promise<void> {
  const turn = changing.then(work);
  changing = turn.catch(() => {});
  return turn;
}

async function writeRules(
  folders: Folders,
  kept: Kept,
  onlyMissing: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const facts: NeighbourFacts = {
    cluster: kept === 'cluster',
    wasRouter: settingBefore(folders, 'net/ipv4/ip_forward') === '1',
    registryUsers: registryUsers(process.env),
  };
  const saved = await runCommand('read the packet rules of the machine', ['iptables-save'], { signal });
  if (onlyMissing && hasNeighbourRules(saved, facts)) return;
  const input = neighbourRulesInput(saved, facts);
  const restore = ['iptables-restore', '--noflush', '--wait'];
  await runCommand('keep the networks around the machine away from the platform', restore, { signal, input });
}

function registryUsers({ SUDO_UID: user }: NodeJS.ProcessEnv): number[] {
  return user !== undefined && /^[1-9]\d*$/.test(user) ? [Number(user)] : [];
}
