import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import type { Folders } from '../storage/folders.ts';

/** A note of which platform has the machine's bridge, addresses, packet rules and the context's name. */
interface Claim {
  readonly state: string;
  /** The claim ends with the machine's run. */
  readonly boot: string;
}

const defaultPath = '/run/poc-local-platform.json';

/** Returns the identity of the machine's present run. */
export function bootId(): string {
  if (process.platform !== 'linux')
    return execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim();
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Reports whether another platform than that of these folders has the machine. */
export function isTakenByAnother({ state }: Folders, path = defaultPath): boolean {
  const claim = readClaim(path);
  return claim !== undefined && claim.state !== state && existsSync(claim.state);
}

/** Claims the machine for the platform of these folders: two platforms would remove each other's network. */
export function claimMachine(folders: Folders, path = defaultPath): void {
  if (isTakenByAnother(folders, path)) {
    throw new Refusal({
      type: 'machine-taken',
      doing: 'bring up a cluster on this machine',
      reason: `Another platform has this machine; its state folder is ${readClaim(path)?.state}.`,
      remedy: 'Use that one, or stop it first: run `down` with the HOME and XDG_STATE_HOME that it was started with.',
    });
  }
  writeFileSync(`${path}.${process.pid}`, JSON.stringify({ state: folders.state, boot: bootId() } satisfies Claim));
  renameSync(`${path}.${process.pid}`, path);
}

/** Ends the claim. */
export function releaseMachine(folders: Folders, path = defaultPath): void {
  if (!isTakenByAnother(folders, path)) rmSync(path, { force: true });
}

function readClaim(path: string): Claim | undefined {
  if (!existsSync(path)) return undefined;
  const claim = JSON.parse(readFileSync(path, 'utf8')) as Claim;
  return claim.boot === bootId() ? claim : undefined;
}
