import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import type { Folders } from '../storage/folders.ts';
import { noProxyVariables } from '../network/no-proxy.ts';
import { findProcess, isRunning, signalProcess, type ProcessIdentity } from '../processes/process-identity.ts';
import { isPortFree } from '../processes/probes.ts';

/** A process of the platform that stays. */
export interface Component {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Addresses that have to be free before it starts: `[address, port]`. */
  readonly listens: readonly (readonly [string, number])[];
  /** Files that it reads when it starts: it is started again when they have changed. */
  readonly reads?: readonly string[];
  /** Reports whether it does its work now, within a second or so. */
  isHealthy(): Promise<boolean>;
  /** How long it may take to become healthy; 60 when omitted. */
  readonly startSeconds?: number;
  /** How it is stopped; killed after the containers when omitted. */
  readonly stop?: StopRule;
}

/** When a component is stopped, and how long it may take before it is killed. */
export interface StopRule {
  /** Before the containers: what would otherwise only react to their end. */
  readonly when: 'before-containers' | 'after-containers';
  readonly graceSeconds: number;
}

/** The rule of components that only need a moment, such as those that remove what they made when they are asked to stop. */
export const stopsGracefully: StopRule = { when: 'before-containers', graceSeconds: 5 };

/** A component that was started. */
export interface ComponentRecord extends ProcessIdentity {
  readonly name: string;
  readonly argv: readonly string[];
  /** A hash of the files that it has read; an older version of the platform noted none. */
  readonly readHash?: string;
}

/** Variable that marks every process of the platform, with the state folder as its value. */
export const ownerVariable = 'POC_LOCAL_PLATFORM';

/** Returns the components that were started, whether they still run or not. */
export function componentRecords(folders: Folders): ComponentRecord[] {
  const folder = recordFolder(folders);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ComponentRecord);
}

/**
 * Makes sure that a component runs. A running one is left alone, unless its arguments or the files that it reads differ
 * from today's.
 * @returns whether it was started.
 */
export async function ensureComponent(folders: Folders, component: Component): Promise<boolean> {
  const record = componentRecords(folders).find(({ name }) => name === component.name);
  if (record !== undefined && isRunning(record)) {
    if (JSON.stringify(record.argv) === JSON.stringify(component.argv) && record.readHash === readHashOf(component)) {
      if (await component.isHealthy()) return false;
      await waitUntilHealthy(folders, component, record);
      return false;
    }
    await endProcess(record, 10);
  }
  await waitUntilHealthy(folders, component, await start(folders, component));
  return true;
}

/**
 * Stops a component, and starts it again.
 * @param afterMs between the request to stop and the new start; more when it takes longer to stop.
 * @returns the milliseconds for which it was away: until it was healthy again.
 */
export async function restartComponent(folders: Folders, component: Component, afterMs: number): Promise<number> {
  const record = componentRecords(folders).find(({ name }) => name === component.name);
  if (record === undefined) throw new Error(`${component.name} is no process of this platform`);
  const begun = performance.now();
  try {
    await endProcess(record, 5);
    await sleep(Math.max(0, begun + afterMs - performance.now()));
  } finally {
    await ensureComponent(folders, component);
  }
  return performance.now() - begun;
}

/** Returns a hash of the files that a component reads; `undefined` for none. */
function readHashOf({ reads = [] }: Component): string | undefined {
  if (reads.length === 0) return undefined;
  const hash = createHash('sha256');
  for (const path of reads) hash.update(`${path}\0${existsSync(path) ? readFileSync(path, 'utf8') : ''}\0`);
  return hash.digest('hex');
}

async function start(folders: Folders, component: Component): Promise<ComponentRecord> {
  for (const [address, port] of component.listens) {
    if (await becomesFree(address, port)) continue;
    throw new Refusal({
      type: 'port-in-use',
      doing: `start ${component.name}`,
      reason: `Port ${port} of ${address} is in use by another program.`,
      remedy: `Find it with \`ss -ltnp 'sport = :${port}'\` and stop it, then run the same command again.`,
    });
  }
  mkdirSync(folders.logs, { recursive: true });
  mkdirSync(recordFolder(folders), { recursive: true });
  const [command = '', ...args] = component.argv;
  const readHash = readHashOf(component);
  const log = openSync(logFile(folders, component.name), 'a');
  try {
    const child = spawn(command, args, {
      cwd: folders.state,
      env: { ...process.env, ...noProxyVariables(), ...component.env, [ownerVariable]: folders.state },
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.on('error', () => {});
    child.unref();
    const identity = child.pid === undefined ? undefined : findProcess(child.pid);
    if (identity === undefined)
      throw startFailure(folders, component, 'It could not be executed, or exited immediately');
    const { pid, startTime } = identity;
    const record: ComponentRecord = { name: component.name, pid, startTime, argv: component.argv, readHash };
    const path = join(recordFolder(folders), `${component.name}.json`);
    writeFileSync(`${path}.new`, JSON.stringify(record));
    renameSync(`${path}.new`, path);
    return record;
  } finally {
    closeSync(log);
  }
}

/** Reports whether the port is free, or becomes so within 2 s: a process that was just stopped may keep it for a moment. */
async function becomesFree(address: string, port: number): Promise<boolean> {
  const deadline = Date.now() + 2000;
  while (!(await isPortFree(address, port))) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

async function waitUntilHealthy(folders: Folders, component: Component, record: ComponentRecord): Promise<void> {
  const startSeconds = component.startSeconds ?? 60;
  const deadline = Date.now() + startSeconds * 1000;
  while (!(await component.isHealthy())) {
    if (!isRunning(record)) throw startFailure(folders, component, 'It exited before it was ready');
    if (Date.now() > deadline) throw startFailure(folders, component, `It was not ready after ${startSeconds} s`);
    await sleep(50);
  }
}

function startFailure(folders: Folders, component: Component, reason: string): Failure {
  const evidence = lastLines(logFile(folders, component.name), 6);
  return new Failure({
    type: 'component-failed',
    doing: `start ${component.name}`,
    reason: `${reason}.`,
    remedy: `See its log with \`nx run local-platform:logs ${component.name}\`, then run \`up\` again.`,
    evidence: evidence.length === 0 ? [`${basename(component.argv[0] ?? '')} wrote nothing`] : evidence,
  });
}

/** Stops a process: SIGTERM first, SIGKILL when it still runs after the grace period. */
export async function endProcess(identity: ProcessIdentity, graceSeconds: number): Promise<void> {
  if (graceSeconds > 0) {
    signalProcess(identity, 'SIGTERM');
    const deadline = Date.now() + graceSeconds * 1000;
    while (isRunning(identity) && Date.now() < deadline) await sleep(25);
  }
  signalProcess(identity, 'SIGKILL');
  while (isRunning(identity)) await sleep(10);
}

/** Removes the record of a component that no longer runs. */
export function forgetComponent(folders: Folders, name: string): void {
  rmSync(join(recordFolder(folders), `${name}.json`), { force: true });
}

/** Returns the path of the file that a component writes its output to. */
export function logFile(folders: Folders, name: string): string {
  return join(folders.logs, `${name}.log`);
}

/** Returns the last lines of a file; none when it does not exist. */
export function lastLines(path: string, count: number): string[] {
  try {
    if (statSync(path).size === 0) return [];
    return readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(-count)
      .map((line) => line.slice(0, 400));
  } catch {
    return [];
  }
}

function recordFolder(folders: Folders): string {
  return join(folders.state, 'components');
}
