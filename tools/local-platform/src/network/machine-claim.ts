import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import type { Folders } from '../folders.ts';

/** Says whose platform has the machine's bridge, addresses, packet rules and the context's name. */
interface Claim {
  readonly state: string;
  /** The claim ends with the machine's run. */
  readonly boot: string;
}

const defaultPath = '/run/poc-local-platform.json';

/** Identity of the machine's present run. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Whether another platform than that of these folders has the machine. */
export function isTakenByAnother({ state }: Folders, path = defaultPath): boolean {
  const claim = readClaim(path);
  return claim !== undefined && claim.state !== state && existsSync(claim.state);
}

/** Takes the machine for the platform of these folders: two platforms would take each other's network away. */
export function claimMachine(folders: Folders, path = defaultPath): void {
  if (isTakenByAnother(folders, path)) {
    throw new Refusal({
      type: 'machine-taken',
      doing: 'bring up a cluster on this machine',
      reason: `there is one already; its state folder is ${readClaim(path)?.state}.`,
      remedy:
        'Use that one, or take it down first: run `down` with the same HOME and XDG_STATE_HOME as it was brought up with.',
    });
  }
  writeFileSync(`${path}.${process.pid}`, JSON.stringify({ state: folders.state, boot: bootId() } satisfies Claim));
  renameSync(`${path}.${process.pid}`, path);
}

/** Gives the machine back. */
export function releaseMachine(folders: Folders, path = defaultPath): void {
  if (!isTakenByAnother(folders, path)) rmSync(path, { force: true });
}

function readClaim(path: string): Claim | undefined {
  if (!existsSync(path)) return undefined;
  const claim = JSON.parse(readFileSync(path, 'utf8')) as Claim;
  return claim.boot === bootId() ? claim : undefined;
}
