import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { componentRecords, ownerVariable } from '../../../local-platform/src/components/component.ts';
import { argumentsOf, hasVariable } from '../../../local-platform/src/processes/process-identity.ts';
import { platformFolders } from '../../../local-platform/src/storage/folders.ts';
import { repositoryRoot } from '../../../scratch-workspace/src/platform.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';

/** A socket that a process of the platform accepts callers on. */
export interface Listener {
  /** Name of a component, or of the program. */
  readonly process: string;
  /** `127.0.0.1:2379`, or the path of a socket, with `…` for the state folder. */
  readonly where: string;
}

/** A line of the table in docs/local-platform.md. */
export interface Documented {
  readonly process: string;
  /** As in a listener, with `*` for any name, and for a port a range such as `8000–65535`. */
  readonly where: string;
  /** Whether no other user of the machine is answered. */
  readonly onlyRoot: boolean;
}

const { state } = platformFolders();

/** Returns the full path of a socket. */
export const socketPath = (where: string) => where.replace('…', state);

/** Returns what the processes of the platform listen on now. */
export async function platformListeners(): Promise<Listener[]> {
  const lines = (await runSuccessfully('ss', ['-H', '-l', '-n', '-p', '-t', '-u', '-x'])).split('\n');
  const names = new Map(componentRecords(platformFolders()).map(({ pid, name }) => [pid, name]));
  const found = new Map<string, Listener>();
  for (const line of lines) {
    const [kind = '', status, , , ...rest] = line.split(/\s+/);
    // Of sockets in files those are meant that accept connections: the others are for messages to their own process.
    if (kind.startsWith('u_') && status !== 'LISTEN') continue;
    const pid = Number(/pid=(\d+)/.exec(line)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || !hasVariable(pid, ownerVariable, state)) continue;
    const process = names.get(pid) ?? basename(argumentsOf(pid)[0] ?? '');
    const where = (rest[0] ?? '').replace(state, '…').replace(/%\w+/, '');
    found.set(`${process} ${where}`, { process, where });
  }
  return [...found.values()];
}

/** Returns the lines of the table of listeners. */
export function documentedListeners(): Documented[] {
  const text = readFileSync(join(repositoryRoot, 'docs/local-platform.md'), 'utf8');
  const section = text.split('## Who listens where')[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `([^`]+)` +\| `([^`]+)` +\| ([^|]+)\|/gm)].map(
    ([, where = '', process = '', who = '']) => ({
      where,
      process,
      onlyRoot: /^root\s*$/.test(who),
    }),
  );
}

/** Reports whether a line of the table is about this listener. */
export function isAbout(row: Documented, listener: Listener): boolean {
  if (row.process !== listener.process) return false;
  const [, address, low, high] = /^(\S+):(\d+)–(\d+)$/.exec(row.where) ?? [];
  if (address === undefined) return patternOf(row.where).test(listener.where);
  const colon = listener.where.lastIndexOf(':');
  const port = Number(listener.where.slice(colon + 1));
  return patternOf(address).test(listener.where.slice(0, colon)) && port >= Number(low) && port <= Number(high);
}

function patternOf(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.[\]]/g, String.raw`\$&`).replaceAll('*', '.*')}$`);
}
