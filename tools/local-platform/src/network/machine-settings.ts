import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Folders } from '../storage/folders.ts';

/** Settings of the kernel that the components change for the whole machine. */
const settings = [
  'net/ipv4/ip_forward',
  'net/ipv4/conf/all/route_localnet',
  'net/bridge/bridge-nf-call-iptables',
  'net/bridge/bridge-nf-call-ip6tables',
  'vm/overcommit_memory',
  'kernel/panic',
  'kernel/panic_on_oops',
] as const;

/** Keeps how the machine was set before the platform came up for the first time. */
export function rememberMachineSettings(folders: Folders): void {
  const path = recordPath(folders);
  if (existsSync(path)) return;
  const before: Record<string, string> = {};
  for (const name of settings) {
    const file = `/proc/sys/${name}`;
    if (existsSync(file)) before[name] = readFileSync(file, 'utf8').trim();
  }
  mkdirSync(folders.state, { recursive: true });
  writeFileSync(path, JSON.stringify(before));
}

/** Returns how the machine was set before there was a platform; `undefined` when that is not known. */
export function settingBefore(folders: Folders, name: (typeof settings)[number]): string | undefined {
  const path = recordPath(folders);
  if (!existsSync(path)) return undefined;
  return (JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>)[name];
}

/** Sets the machine as it was. */
export function restoreMachineSettings(folders: Folders): void {
  const path = recordPath(folders);
  if (!existsSync(path)) return;
  const before = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  for (const [name, value] of Object.entries(before)) {
    const file = `/proc/sys/${name}`;
    if (existsSync(file) && readFileSync(file, 'utf8').trim() !== value) writeFileSync(file, value);
  }
}

function recordPath({ state }: Folders): string {
  return join(state, 'machine-settings.json');
}
