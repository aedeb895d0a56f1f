import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process, distinguished from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between the start of the machine and the start of the process; where there is no `/proc`, its time in ms. */
  readonly startTime: number;
}

/** The state of a process, from `/proc/<pid>/stat`. */
export interface ProcessStat extends ProcessIdentity {
  /** One letter; `Z` is a process that ended and was not waited for. */
  readonly state: string;
  readonly parent: number;
}

/** Parses a line of `/proc/<pid>/stat`. The command in it may contain blanks and parentheses. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const pid = Number.parseInt(text, 10);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent] = fields;
  const startTime = Number(fields[19]);
  if (Number.isNaN(pid) || state === undefined || parent === undefined || !Number.isFinite(startTime)) return undefined;
  return { pid, state, parent: Number(parent), startTime };
}

/** Parses a line of `ps -o pid=,ppid=,stat=,lstart=` in the C locale, as macOS and Linux print it. */
export function parsePsLine(text: string): ProcessStat | undefined {
  const [, pid, parent, state = '', started = ''] = /^\s*(\d+)\s+(\d+)\s+(\S)\S*\s+(\S.*?)\s*$/m.exec(text) ?? [];
  const startTime = Date.parse(started);
  if (pid === undefined || Number.isNaN(startTime)) return undefined;
  return { pid: Number(pid), parent: Number(parent), state, startTime };
}

/** Returns the process with this pid; `undefined` when it has ended. */
export function findProcess(pid: number, platform: string = process.platform): ProcessStat | undefined {
  const stat = platform === 'linux' ? statOf(pid) : askPs(pid);
  return stat === undefined || stat.state === 'Z' || stat.state === 'X' ? undefined : stat;
}

function statOf(pid: number): ProcessStat | undefined {
  const text = readQuietly(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseProcessStat(text);
}

function askPs(pid: number): ProcessStat | undefined {
  const argv = ['-o', 'pid=,ppid=,stat=,lstart=', '-p', String(pid)];
  const { stdout } = spawnSync('ps', argv, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  return parsePsLine(stdout ?? '');
}

/** Reports whether exactly this process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return findProcess(identity.pid)?.startTime === identity.startTime;
}

/** Returns all running processes. */
export function allProcesses(): ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => findProcess(Number(name)) ?? []);
}

/** Returns the descendants of the given processes, without those themselves. */
export function descendantsOf(roots: ReadonlySet<number>, processes: readonly ProcessStat[]): ProcessStat[] {
  const family = new Set(roots);
  const found: ProcessStat[] = [];
  for (let grown = true; grown;) {
    grown = false;
    for (const candidate of processes) {
      if (family.has(candidate.pid) || !family.has(candidate.parent)) continue;
      family.add(candidate.pid);
      found.push(candidate);
      grown = true;
    }
  }
  return found;
}

/** Returns the arguments of a process; none for a process of the kernel or one that has ended. */
export function argumentsOf(pid: number): string[] {
  return (readQuietly(`/proc/${pid}/cmdline`) ?? '').split('\0').slice(0, -1);
}

/** Reports whether the process was started with this variable in its environment. */
export function hasVariable(pid: number, name: string, value: string): boolean {
  return (readQuietly(`/proc/${pid}/environ`) ?? '').split('\0').includes(`${name}=${value}`);
}

/** Sends a signal to exactly this process; does nothing when it has ended. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readQuietly(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
